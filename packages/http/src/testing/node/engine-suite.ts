// The contract suite of engines, for any test runner: every requirement, or the proof that an engine does not meet it.

import type { EngineUnderTest } from './engine-under-test.ts';
import type { EngineRequirement } from './engine-case.ts';
import { handlerCases } from './handler-cases.ts';
import { limitCases } from './limit-cases.ts';
import { messageCases } from './message-cases.ts';
import { refusalCases } from './refusal-cases.ts';
import { stopCases } from './stop-cases.ts';
import { streamCases } from './stream-cases.ts';
import { timeoutCases } from './timeout-cases.ts';

/** A requirement that an engine does not meet. */
export interface UnmetCase {
  /** As in {@link EngineCase.name}. */
  readonly name: string;
  /** Why the engine cannot meet it, and what happens instead. */
  readonly reason: string;
  /** It is a matter of luck: being met does not take it off the list. Default: false. */
  readonly isSometimesMet?: boolean;
}

/** One case of the suite for one engine. */
export interface EngineCase {
  /** The requirement, as a sentence. */
  readonly name: string;
  /** Why the engine is known not to meet it; undefined when it has to. */
  readonly unmet: string | undefined;
  /**
   * Rejects when the requirement is not met; for one that is listed as unmet, when it is met after all, so that the list
   * cannot outlive its reasons; those of luck apart.
   */
  run(): Promise<void>;
}

const requirements: readonly EngineRequirement[] = [
  ...messageCases,
  ...handlerCases,
  ...streamCases,
  ...refusalCases,
  ...limitCases,
  ...timeoutCases,
  ...stopCases,
];

/**
 * What every engine of an HTTP host must do, on real sockets. Cases run one after another or side by side; each starts a host of
 * its own and leaves nothing.
 *
 * @param engine Starts hosts on the engine.
 * @param unmet The requirements that this engine is known not to meet. Default: none.
 * @throws when `unmet` names a requirement that does not exist, or one twice.
 *
 * @example
 * ```ts
 * import { engineSuite, engineUnderTest } from '@ichor/http/testing';
 *
 * const suite = engineSuite(engineUnderTest({ engine: 'net' }));
 * console.log(suite.length > 50); // true. With a test runner: for (const { name, run } of suite) test(name, run);
 * await suite[0]!.run();
 * ```
 */
export function engineSuite(engine: EngineUnderTest, unmet: readonly UnmetCase[] = []): readonly EngineCase[] {
  const listed = new Map(unmet.map((entry) => [entry.name, entry]));
  if (listed.size < unmet.length) throw new Error('A case is listed as unmet twice.');
  for (const name of listed.keys()) {
    if (!requirements.some((requirement) => requirement.name === name)) {
      throw new Error(`There is no case ${JSON.stringify(name)} that could be unmet.`);
    }
  }
  return requirements.map((requirement) => {
    const entry = listed.get(requirement.name);
    return {
      name: requirement.name,
      unmet: entry?.reason,
      run: () => (entry === undefined ? requirement.run(engine) : assertUnmet(requirement, engine, entry)),
    };
  });
}

async function assertUnmet(
  requirement: EngineRequirement,
  engine: EngineUnderTest,
  { isSometimesMet = false }: UnmetCase,
): Promise<void> {
  try {
    await requirement.run(engine);
  } catch {
    return;
  }
  if (isSometimesMet) return;
  throw new Error(`${engine.name} is listed as not meeting this case, but does. Take it off the list.`);
}
