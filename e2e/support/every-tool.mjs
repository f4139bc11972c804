/**
 * Every tool that comes with Ampere, once: what a person puts in (little, so that the small model
 * is done soon), what must be true of the result whatever the model wrote, and whether what it
 * wrote was of use. Only the first is asserted; the second is told. Read next: j-every-tool.test.mjs.
 */
import assert from 'node:assert/strict';
import { csvFile, markdownFile, pdfFile, textFile, wordFile } from './documents.mjs';
import { page } from './site.mjs';

const BAKERY = page('Bakery Kornblume', [
  'The bakery Kornblume opens at 6 in the morning from Tuesday to Saturday.',
  'A loaf of rye bread costs 4.20 euros.',
  'The shop is at Harbour Street 12 in Lindau.',
]);
const MILL = page('Mill Bread', [
  'Mill Bread opens at 8 in the morning every day.',
  'A loaf of rye bread costs 5.90 euros.',
  'The shop delivers by bicycle.',
]);
const PRICES = page('Prices', ['Coffee costs 2.50 euros.', 'Tea costs 2.00 euros.', 'Cake costs 3.80 euros.']);
export const NEW_PRICES = page('Prices', ['Coffee costs 2.80 euros.', 'Tea costs 2.00 euros.', 'Cake costs 3.80 euros.']);
const towns = (rows, next) => ({
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Towns</title></head><body>
<h1>Towns</h1><table><thead><tr><th>Town</th><th>Loaves a day</th></tr></thead><tbody>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}
</tbody></table>${next ? `<a href="${next}">Next page</a>` : ''}</body></html>`,
});
export const sitePages = {
  '/bakery': BAKERY, '/mill': MILL, '/prices': PRICES,
  '/towns': towns([['Lindau', '900'], ['Bregenz', '400']], '/towns/2'),
  '/towns/2': towns([['Konstanz', '650']], null),
};

const STORY = [
  'The bakery Kornblume in Lindau opened in 1998 and employs 14 people.',
  'It bakes 900 loaves a day. The favourite is a rye bread with caraway.',
  'In March the bakery will open a second shop at the harbour. The rent is 1,800 euros a month.',
];
const OFFERS = [['Company', 'Amount'], ['Alder Ltd', '120 EUR'], ['Birch Inc', '95 EUR']];
const COMMENTS = [
  'The bread is too expensive.', 'Prices went up again.', 'Very friendly staff!',
  'The person at the counter was rude.',
];
const NOTES = 'Mia will order the flour by Friday. Jonas calls the landlord on Monday.';
const NEWS = 'Our bakery Kornblume opens a second shop at the harbour in March. There will be rye bread and coffee.';
const ORDER = 'Order 40 kg of rye flour. Delivery by Friday. Ask for an invoice.';

const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
/** Word for word, and not within a word. */
const standsIn = (words, text) => new RegExp(`\\b${words.replaceAll(/\W/g, '.')}\\b`).test(text);
const textOf = ({ paragraphs }) => plain(paragraphs.join(' '));

/** The lines of `text` between the first that begins like `from` and the next heading or end. */
function section(text, from) {
  const at = text.indexOf(from);
  if (at < 0) return [];
  const lines = text.slice(at + from.length).split('\n').map((line) => line.trim());
  const end = lines.findIndex((line) => /^(Source:|Given as quotes|Lines that are gone|No quote)/.test(line));
  return lines.slice(0, end < 0 ? undefined : end).filter((line) => line.length > 1);
}

/**
 * name, kind of result, inputs by label, `check` (throws), `useful` (true, false, or in words
 * what was wrong). A checker gets the text or the table as it stands on the screen.
 */
const onDocuments = () => [
  {
    name: 'Summarize a document',
    inputs: { Document: wordFile('bakery.docx', STORY), Length: 'three sentences' },
    check: (text) => assert.match(text, /bakery|bread|loaves|shop/i, 'it is about the document'),
    useful: (text) => /1998|14 people/.test(text) && /second shop/i.test(text)
      && (plain(text) !== plain(STORY.join(' ')) || 'repeats the document'),
  },
  {
    name: 'Extract fields into a table',
    inputs: { Document: csvFile('offers.csv', OFFERS), Fields: 'Company\nAmount' },
    table: true,
    check: ({ columns, rows }) => {
      assert.deepEqual(columns, ['Company', 'Amount']);
      assert.ok(rows.every((row) => row.length === 2));
      assert.ok(rows.every((row) => row.join() !== columns.join()), 'the head is no row');
    },
    useful: ({ rows }) => rows.some((row) => row.join(' ') === OFFERS[1].join(' '))
      && rows.some((row) => row.join(' ') === OFFERS[2].join(' ')),
  },
  {
    name: 'Rewrite for a channel',
    inputs: { Text: NEWS, Channel: 'team chat', Tone: 'friendly' },
    check: (text) => assert.ok(plain(text).length > 20 && !text.includes('<<<')),
    useful: (text) => plain(text) !== plain(NEWS) || 'gives the text back as it was',
  },
];

const onOnePage = (site) => [
  {
    name: 'Answer from a page',
    inputs: { Page: site.address('/bakery'), Question: 'What does a loaf of rye bread cost?' },
    check: (text) => {
      assert.ok(text.includes(`Source: ${BAKERY.title}`), text);
      const found = section(text, 'Quotes that stand on the page, word for word:');
      const missing = section(text, 'Given as quotes, but not on the page:');
      for (const quote of found) assert.ok(textOf(BAKERY).includes(plain(quote)), `not there: ${quote}`);
      for (const quote of missing) assert.ok(!textOf(BAKERY).includes(plain(quote)), `is there: ${quote}`);
      const unsure = /No quote could be found|does not seem to answer/.test(text);
      assert.ok(found.length > 0 || unsure, 'with no quote it says so');
    },
    useful: (text) => section(text, 'What does a loaf of rye bread cost?')[0]?.includes('4.20'),
  },
  {
    name: 'Compare two pages',
    inputs: { 'First page': site.address('/bakery'), 'Second page': site.address('/mill'), Compare: 'prices' },
    check: (text) => {
      for (const shown of [BAKERY.title, MILL.title, site.address('/mill'), 'Notes on A', 'Notes on B']) {
        assert.ok(text.includes(shown), `${shown} is not in:\n${text}`);
      }
    },
    useful: (text) => {
      const compared = text.split('Notes on A')[0];
      if (!/4\.20/.test(compared) || !/5\.90/.test(compared)) return false;
      return !/Harbour[^.]*Mill|12 in the morning/.test(compared) && (/only in A/i.test(compared) || 'right prices, not the lists');
    },
  },
];

const writing = () => [
  {
    name: 'Headlines and variants',
    inputs: { 'What it is about': NEWS, Headlines: '2', Style: 'clear', Variants: '1' },
    table: true,
    check: ({ columns, rows }) => {
      assert.deepEqual(columns, ['Headline', 'Variant 1', 'Note']);
      assert.ok(rows.length >= 1 && rows.length <= 2, `${rows.length} rows`);
      for (const [headline, variant, note] of rows) {
        const long = Math.max([...headline].length, [...variant].length) > 70;
        assert.ok(headline.length > 0);
        assert.equal(note, long ? 'longer than 70' : '', headline);
      }
    },
    useful: ({ rows }) => rows.length === 2 && rows.every(([one, other]) => plain(one) !== plain(other)),
  },
  {
    name: 'Draft an e-mail',
    inputs: { Notes: ORDER, To: 'Ms. Lind', From: 'Olivia', Length: 'very short' },
    check: (text) => assert.match(text, /^Subject: \S.*\n+\s*\S/m),
    useful: (text) => {
      const body = text.slice(text.indexOf('Subject:')).split('\n').slice(1).join('\n');
      if (!/40 ?kg/.test(body) || !/Friday/.test(body)) return false;
      return /Lind|Dear|Hello|Hi /.test(body) || 'the facts are there, no greeting';
    },
  },
];

const sorting = () => [
  {
    name: 'Action items from meeting notes',
    inputs: { File: markdownFile('notes.md', `${NOTES}\n`) },
    table: true,
    check: ({ columns, rows }) => {
      assert.deepEqual(columns, ['Who', 'What', 'When', 'Not in the notes']);
      assert.ok(rows.every((row) => row[1] !== ''), JSON.stringify(rows));
      for (const [who, , when, missing] of rows) {
        const made = [who, when].filter((one) => one !== '' && !standsIn(one, NOTES));
        assert.equal(missing, made.join(', '), 'what was made up is told');
      }
    },
    useful: ({ rows }) => {
      const has = (who, what, when) => rows.some((row) =>
        row[0].includes(who) && row[1].includes(what) && row.join(' ').includes(when));
      return has('Mia', 'flour', 'Friday') && has('Jonas', 'landlord', 'Monday') && rows.length === 2;
    },
  },
  {
    name: 'Translate',
    inputs: { File: pdfFile('note.pdf', ['Good morning. The shop opens at six.']), Into: 'German' },
    check: (text) => {
      assert.ok(text.length > 5);
      assert.ok(!plain(text).includes('good morning the shop opens at six'), 'it is not the input');
    },
    useful: (text) => /guten morgen/i.test(text) && (/sechs/i.test(text) || 'only the first sentence'),
  },
  {
    name: 'Rank feedback by theme',
    inputs: { File: textFile('comments.txt', COMMENTS.join('\n')), 'Your themes': 'Price\nStaff', Themes: '2' },
    table: true,
    check: ({ columns, rows }) => {
      assert.deepEqual(columns, ['Theme', 'Comments', 'Share', 'Example']);
      const known = ['Price', 'Staff', 'Other', 'Not sorted'];
      assert.equal(rows.reduce((sum, row) => sum + Number(row[1]), 0), COMMENTS.length, 'none is lost');
      for (const [theme, count, share, example] of rows) {
        assert.ok(known.includes(theme), theme);
        assert.equal(share, `${Math.round((Number(count) * 100) / COMMENTS.length)} %`);
        assert.ok(theme === 'Not sorted' || COMMENTS.includes(example), example);
      }
    },
    useful: ({ rows }) => ['Price', 'Staff'].every((theme) =>
      rows.some((row) => row[0] === theme && row[1] === '2')),
  },
];

const onPages = (site) => [
  {
    name: 'Brief from several pages',
    inputs: {
      Question: 'What does rye bread cost?', Pages: [site.address('/bakery'), site.address('/mill')].join('\n'),
      Length: 'one paragraph',
    },
    check: (text) => {
      const sources = text.slice(text.indexOf('Sources'));
      for (const shown of [BAKERY.title, MILL.title, site.address('/bakery'), site.address('/mill')]) {
        assert.ok(sources.includes(shown), `${shown} is not among the sources`);
      }
      assert.ok(text.indexOf('Sources') > 60, 'there is a brief before its sources');
    },
    useful: (text) => {
      const brief = text.split('Sources')[0];
      return /4\.20/.test(brief) && /5\.90/.test(brief) && (/\[1\]/.test(brief) || 'without its sources');
    },
  },
  {
    name: 'Watch a page for changes',
    inputs: { Page: site.address('/prices') },
    free: true,
    check: (text) => {
      assert.match(text, /First look, on .*: the page is remembered with \d+ lines/);
      assert.ok(text.includes(site.address('/prices')));
    },
    useful: () => true,
    between: () => site.change('/prices', NEW_PRICES),
    again: {
      check: (text) => {
        assert.match(text, /New lines \(1\):\s+Coffee costs 2\.80 euros\./);
        assert.match(text, /Lines that are gone \(1\):\s+Coffee costs 2\.50 euros\./);
      },
      useful: (text) => {
        const told = text.split('New lines')[0];
        return /2\.80/.test(told) || 'the lists are right, the sentence is not';
      },
    },
  },
];

/** In a browser, without the model. */
const inBrowsers = (site) => [
  {
    name: 'Collect a table over pages',
    inputs: { 'First page': site.address('/towns'), 'Link to the next page': 'Next page', Pages: '5' },
    table: true,
    check: ({ columns, rows }) => {
      assert.deepEqual(columns, ['Town', 'Loaves a day']);
      assert.deepEqual(rows, [['Lindau', '900'], ['Bregenz', '400'], ['Konstanz', '650']]);
    },
    useful: () => true,
  },
  {
    name: 'Screenshot of a page',
    inputs: { Page: site.address('/bakery'), 'How much': 'what a window shows' },
    picture: true,
    check: (told) => assert.equal(told, '1024 × 640, Picture of Bakery Kornblume'),
    useful: () => true,
  },
];

export const everyTool = (site) => [
  ...onDocuments(), ...onOnePage(site), ...writing(), ...sorting(), ...onPages(site),
  ...inBrowsers(site),
];
