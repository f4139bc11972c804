/**
 * Headings of an answer stand under the page's own h1, wherever the model began to count: each is
 * at most one level below the one before it.
 */
interface Node {
  type: string;
  depth?: number;
  children?: Node[];
}

export function headings() {
  return (root: Node): void => {
    let before = 1;
    const visit = (node: Node): void => {
      if (node.type === 'heading' && node.depth !== undefined) {
        before = Math.min(Math.max(node.depth, 2), before + 1);
        node.depth = before;
      }
      node.children?.forEach(visit);
    };
    visit(root);
  };
}
