/** Finding a tool: search, category and order, all kept in the address. */
import type { ToolCategory, ToolSummary } from '../../api/gen';

export const categories: readonly ToolCategory[] = ['marketing', 'research', 'operations'];
export const sorts = ['relevance', 'name', 'cost'] as const;
export type Sort = (typeof sorts)[number];

export interface CatalogSearch {
  q?: string | undefined;
  category?: ToolCategory | undefined;
  sort?: Sort | undefined;
}

/**
 * What an address says. All three are named, nonsense as undefined: the router keeps what is
 * not named as it stands in the address.
 */
export function readSearch({ q, category, sort }: Record<string, unknown>): CatalogSearch {
  const knownSort = sorts.find((one) => one === sort);
  return {
    // A search for digits comes out of the address as a number.
    q: (typeof q === 'string' && q !== '') || typeof q === 'number' ? String(q) : undefined,
    category: categories.find((one) => one === category),
    sort: knownSort === 'relevance' ? undefined : knownSort,
  };
}

/** The tools that are asked for, in the order that is asked for. */
export function findTools(tools: readonly ToolSummary[], search: CatalogSearch): ToolSummary[] {
  const asked = wordsOf(search.q ?? '');
  const rated = tools
    .filter(({ category }) => search.category === undefined || category === search.category)
    .map((tool) => ({ tool, rank: rank(tool, asked) }))
    .filter(({ rank: found }) => found !== null);
  return rated
    .toSorted((a, b) => order(a.tool, b.tool, search.sort) || (b.rank ?? 0) - (a.rank ?? 0))
    .map(({ tool }) => tool);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

// Every word must occur; in the name it counts for more. Null: the tool does not match.
function rank({ name, purpose, category }: ToolSummary, asked: readonly string[]): number | null {
  let sum = 0;
  for (const word of asked) {
    if (name.toLowerCase().includes(word)) sum += 3;
    else if (purpose.toLowerCase().includes(word)) sum += 1;
    else if (category.startsWith(word)) sum += 1;
    else return null;
  }
  return sum;
}

function order(a: ToolSummary, b: ToolSummary, sort: Sort | undefined): number {
  if (sort === 'name') return a.name.localeCompare(b.name, 'en');
  if (sort === 'cost') return cost(a) - cost(b);
  return 0;
}

// For the order only; what is shown is the server's own text. Unknown costs come last.
function cost({ usual }: ToolSummary): number {
  return usual ? Number(usual.typical) : Number.POSITIVE_INFINITY;
}
