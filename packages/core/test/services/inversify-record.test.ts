// What is read of inversify's decorators, beside what inversify itself makes of the same classes.

import { getClassMetadata } from '@inversifyjs/core';
import * as newest from 'inversify';
import * as lowest from 'inversify-lowest';
import { describe, expect, it } from 'vitest';
import { checkComplete, recordedOf } from '../../src/services/inversify-record.ts';

/** One class with everything that can be decorated, by the decorators of one release. */
function decorated({
  inject,
  multiInject,
  named,
  optional,
  postConstruct,
  preDestroy,
  tagged,
  unmanaged,
  injectable,
}: typeof newest) {
  @injectable()
  class Decorated {
    @inject('property')
    @optional()
    accessorless: unknown;

    constructor(
      @inject('first') @named('primary') _first: unknown,
      @multiInject('many') @tagged('colour', 'red') _many: unknown,
      @unmanaged() _own: unknown,
      @inject('last') @optional() _last?: unknown,
    ) {}

    @postConstruct()
    begin(): void {}

    @preDestroy()
    end(): void {}
  }
  return Decorated;
}

describe.each([
  ['newest', newest],
  ['lowest', lowest as unknown as typeof newest],
])('decorators of the %s inversify 8', (_release, inversify) => {
  it('leave the record that inversify reads', () => {
    const type = decorated(inversify);
    const { constructorArguments, properties, lifecycle } = getClassMetadata(type);
    const record = recordedOf(type);
    expect(record.constructorArguments).toEqual(constructorArguments);
    expect(record.constructorArguments).toHaveLength(4);
    expect([...record.properties]).toEqual([...properties]);
    expect(record.properties.size).toBe(1);
    expect(record.lifecycle).toEqual(lifecycle);
    expect([...record.lifecycle.postConstructMethodNames]).toEqual(['begin']);
    checkComplete(type, record);
  });

  it('leave a record that both refuse when a parameter says nothing, or not enough', () => {
    const { inject, injectable, named } = inversify;
    @injectable()
    class Gap {
      constructor(_first: unknown, @inject('second') _second: unknown) {}
    }
    class Half {
      constructor(@named('only a name') _first: unknown) {}
    }
    for (const [type, what] of [
      [Gap, 'parameter 0'],
      [Half, 'parameter 0'],
    ] as const) {
      expect(() => getClassMetadata(type as unknown as new () => object)).toThrow(type.name);
      expect(() => checkComplete(type, recordedOf(type))).toThrow(
        expect.objectContaining({
          code: 'ICHOR_DEPENDENCY_INVALID',
          message: expect.stringContaining(`${type.name}: nothing says what ${what}`),
        }),
      );
    }
  });

  it('leave nothing on a class without them', () => {
    class Plain {}
    expect(recordedOf(Plain).constructorArguments).toEqual(getClassMetadata(Plain).constructorArguments);
    checkComplete(Plain, recordedOf(Plain));
  });
});
