export const words = {
  title: 'Help',
  lead: 'Short answers about credits, plans, people and models, with the numbers of this installation.',
  related: 'Related',
  all: 'All articles',
  missing: 'There is no article with this name.',
  model: 'Model',
  measured: 'Measured',
  browser: 'Browser session',
  measures: {
    input_tokens: 'tokens in',
    output_tokens: 'tokens out',
    seconds: 'open browser',
  } as Record<string, string>,
  rate: 'Credits',
  perThousandTokens: (rate: string) => `${rate} per 1,000`,
  perMinute: (rate: string) => `${rate} per minute`,
  rateCard: 'The rate card',
  version: (version: number, day: string) => `Rate card version ${version}, in effect since ${day}.`,
  plan: 'Plan',
  plans: 'The plans',
  included: 'Included each month',
  monthly: 'A month',
  annual: 'A year',
  pack: 'Pack',
  packs: 'The packs',
  price: 'Price',
  perThousand: 'Per 1,000 credits',
};

export const browserWords = {
  bounds: 'The bounds of browser sessions',
  rate: (credits: string) => `An open browser costs ${credits} per minute.`,
  longest: (usual: number, most: number) =>
    `A session takes ${usual} minutes at most unless you say otherwise, and never more than ${most}. Pauses do not count.`,
  idle: (span: string) => `It ends after ${span} in which nothing is done.`,
  pause: (span: string) => `A pause ends it after ${span}.`,
};
