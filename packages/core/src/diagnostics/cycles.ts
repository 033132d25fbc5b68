// Cycles of requirements among services that cannot start: pure graph search for explain(). Without recursion, O(nodes + edges).

/** Members of cycles up to this length find the cycle beginning at themselves; longer ones share one list. */
const longestRotated = 20;

/**
 * For every node from which a cycle can be reached: the nodes along the first one found, each once. Nodes that are part of it
 * find it beginning at themselves, unless it is very long.
 *
 * @param edges The nodes that one waits for.
 */
export function cyclesReachedFrom<T>(
  nodes: Iterable<T>,
  edges: (node: T) => readonly T[],
): ReadonlyMap<T, readonly T[]> {
  const reached = new Map<T, readonly T[]>();
  const done = new Set<T>();
  for (const start of nodes) {
    if (done.has(start)) continue;
    const path: { readonly node: T; readonly next: Iterator<T> }[] = [];
    const position = new Map<T, number>();
    const enter = (node: T): void => {
      position.set(node, path.length);
      path.push({ node, next: edges(node)[Symbol.iterator]() });
    };
    enter(start);
    while (path.length > 0) {
      const top = path[path.length - 1] as (typeof path)[number];
      const step = top.next.next();
      if (step.done === true) {
        path.pop();
        position.delete(top.node);
        done.add(top.node);
        const below = path[path.length - 1];
        const found = reached.get(top.node);
        if (found !== undefined && below !== undefined && !reached.has(below.node)) reached.set(below.node, found);
        continue;
      }
      const at = position.get(step.value);
      if (at !== undefined) {
        const cycle = path.slice(at).map(({ node }) => node);
        for (const [offset, node] of cycle.entries())
          if (cycle.length > longestRotated) {
            if (!reached.has(node)) reached.set(node, cycle);
          } else if (reached.get(node)?.[0] !== node)
            reached.set(node, [...cycle.slice(offset), ...cycle.slice(0, offset)]);
      } else if (done.has(step.value)) {
        const found = reached.get(step.value);
        if (found !== undefined && !reached.has(top.node)) reached.set(top.node, found);
      } else enter(step.value);
    }
  }
  return reached;
}
