/**
 * What a model provider speaks, from its side: the OpenAI chat shape and Anthropic's Messages API.
 * Each gives the key it was shown, the messages as { role, text, calls } and the events of an
 * answer. Written from the formats' descriptions, not from our clients. Read next: provider.mjs.
 */
const pieces = (text) => text.match(/[\s\S]{1,24}/g) ?? [];
const data = (value) => `data: ${JSON.stringify(value)}\n\n`;

const chat = {
  key: (headers) => headers.authorization?.replace(/^Bearer /, ''),

  messages: ({ messages }) =>
    messages.map(({ role, content, tool_calls: calls = [] }) => ({
      role,
      text: content ?? '',
      calls: calls.map(({ function: { name, arguments: json } }) => ({
        name,
        arguments: JSON.parse(json),
      })),
    })),

  *events({ text = '', calls = [] }, usage) {
    const chunk = (choices, more) => data({ object: 'chat.completion.chunk', choices, ...more });
    const delta = (delta) => chunk([{ index: 0, delta, finish_reason: null }]);
    for (const content of pieces(text)) yield delta({ content });
    for (const [index, call] of calls.entries()) {
      const id = `call_${index + 1}`;
      const named = { name: call.name, arguments: '' };
      yield delta({ tool_calls: [{ index, id, type: 'function', function: named }] });
      for (const piece of pieces(JSON.stringify(call.arguments))) {
        yield delta({ tool_calls: [{ index, function: { arguments: piece } }] });
      }
    }
    const reason = calls.length > 0 ? 'tool_calls' : 'stop';
    yield chunk([{ index: 0, delta: {}, finish_reason: reason }]);
    yield chunk([], { usage });
    yield 'data: [DONE]\n\n';
  },
};

const anthropic = {
  key: (headers) => headers['x-api-key'],

  messages: ({ messages }) =>
    messages.flatMap(({ role, content }) => {
      const texts = content.filter(({ type }) => type === 'text').map(({ text }) => text);
      const uses = content.filter(({ type }) => type === 'tool_use');
      const results = content.filter(({ type }) => type === 'tool_result');
      const calls = uses.map(({ name, input }) => ({ name, arguments: input }));
      const answers = results.map((result) => ({
        role: 'tool',
        text: result.content.map(({ text }) => text).join(''),
      }));
      const said = { role, text: texts.join('\n\n'), calls };
      return texts.length + uses.length > 0 ? [...answers, said] : answers;
    }),

  *events({ text = '', calls = [] }, { prompt_tokens: input, completion_tokens: output }) {
    const event = (type, more) => `event: ${type}\n${data({ type, ...more })}`;
    const usage = { input_tokens: input, output_tokens: 1 };
    yield event('message_start', { message: { role: 'assistant', content: [], usage } });
    let index = 0;
    function* block(start, deltas) {
      yield event('content_block_start', { index, content_block: start });
      for (const delta of deltas) yield event('content_block_delta', { index, delta });
      yield event('content_block_stop', { index });
      index += 1;
    }
    const said = pieces(text).map((piece) => ({ type: 'text_delta', text: piece }));
    if (said.length > 0) yield* block({ type: 'text', text: '' }, said);
    for (const { name, arguments: given } of calls) {
      const json = pieces(JSON.stringify(given));
      const deltas = json.map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
      yield* block({ type: 'tool_use', id: `toolu_${index}`, name, input: {} }, deltas);
    }
    const reason = calls.length > 0 ? 'tool_use' : 'end_turn';
    const counted = { output_tokens: output };
    yield event('message_delta', { delta: { stop_reason: reason }, usage: counted });
    yield event('message_stop', {});
  },
};

export const wires = { '/v1/chat/completions': chat, '/v1/messages': anthropic };
