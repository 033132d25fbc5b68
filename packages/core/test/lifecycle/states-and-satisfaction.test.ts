// The pure parts against simple models: the state machine (LC-20…29), and who is active once everything has settled (D6).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceStates, transitions } from '../../src/lifecycle/states.ts';
import { many, optional, required, token, type Dependencies } from '../../src/index.ts';
import { testManager } from '../../src/testing/index.ts';
import { logged, type Named } from '../support.ts';

describe('the state machine', () => {
  it('knows exactly the transitions of LC-21 to LC-28', () => {
    expect(Object.values(transitions).map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'installed → starting',
      'starting → injecting',
      'starting → installed',
      'injecting → active',
      'active → uninjecting',
      'uninjecting → stopping',
      'stopping → installed',
      'installed → uninstalled',
    ]);
    expect(serviceStates).toHaveLength(7);
  });
});

interface Node {
  /** Which of the earlier services' tokens it asks for, and how. */
  readonly needs: readonly { readonly of: number; readonly kind: 'required' | 'some' | 'optional' }[];
  /** It offers the token of an earlier service too, as a second provider. */
  readonly twinOf: number | undefined;
  readonly order: number;
  readonly isStopped: boolean;
}

const node: fc.Arbitrary<Node> = fc.record({
  needs: fc.array(fc.record({ of: fc.nat({ max: 30 }), kind: fc.constantFrom('required', 'some', 'optional') }), {
    maxLength: 3,
  }),
  twinOf: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
  order: fc.nat(),
  isStopped: fc.boolean(),
});

/** Services without cycles: each needs only tokens of earlier ones, and is a twin only of what it does not follow from. */
function graphOf(nodes: readonly Node[]) {
  return nodes.map((one, index) => {
    const needs = new Map<number, Node['needs'][number]['kind']>();
    if (index > 0) for (const { of, kind } of one.needs) needs.set(of % index, kind);
    const twinOf = one.twinOf !== undefined && needs.size === 0 && index > 0 ? one.twinOf % index : undefined;
    return { ...one, needs, offers: twinOf === undefined ? [index] : [index, twinOf] };
  });
}

/** The least set that contains every service whose requirements are offered by members of the set. */
function activeOf(graph: ReturnType<typeof graphOf>, isUp: (index: number) => boolean): number[] {
  const active = new Set<number>();
  const offered = (at: number): boolean => [...active].some((other) => graph[other]?.offers.includes(at));
  for (let isGrowing = true; isGrowing;) {
    isGrowing = false;
    for (const [index, { needs }] of graph.entries())
      if (!active.has(index) && isUp(index) && [...needs].every(([of, kind]) => kind === 'optional' || offered(of))) {
        active.add(index);
        isGrowing = true;
      }
  }
  return [...active].sort((a, b) => a - b);
}

describe('satisfaction', () => {
  it('makes exactly those active whose requirements are met, in any order of registration, and after any stops', () => {
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 25 }), (nodes) => {
        const graph = graphOf(nodes);
        const tokens = graph.map((_, index) => token<Named>(`T${index}`));
        const manager = testManager();
        void manager.run();
        const handles: { id: number; state: string }[] = [];
        const order = graph.map((_, index) => index).sort((a, b) => (nodes[a]?.order ?? 0) - (nodes[b]?.order ?? 0));
        for (const index of order) {
          const dependencies: Record<string, Dependencies[string]> = {};
          for (const [of, kind] of graph[index]?.needs ?? []) {
            const asked = tokens[of] as (typeof tokens)[number];
            dependencies[`d${of}`] =
              kind === 'required'
                ? required(asked)
                : kind === 'optional'
                  ? optional(asked)
                  : many(asked, { required: true });
          }
          const provides = (graph[index]?.offers ?? []).map((at) => tokens[at] as (typeof tokens)[number]);
          handles[index] = manager.register(logged([], `S${index}`, { provides, dependencies }));
        }
        const active = (): number[] => handles.flatMap(({ state }, index) => (state === 'active' ? [index] : []));
        manager.drain();
        expect(active()).toEqual(activeOf(graph, () => true));
        for (const [index, { isStopped }] of graph.entries())
          if (isStopped) void manager.removeService(handles[index]?.id ?? 0);
        manager.drain();
        expect(active()).toEqual(activeOf(graph, (index) => graph[index]?.isStopped === false));
      }),
      { numRuns: 300 },
    );
  });
});
