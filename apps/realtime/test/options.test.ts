// The command line of the app (RB-5, RB-84).
import { describe, expect, it } from 'vitest';
import { CommandLineError, parseOptions, usage } from '../src/options.ts';

describe('the command line', () => {
  it('has the defaults of the original program', () => {
    expect(parseOptions([])).toEqual({
      iterations: 5000,
      maxUs: 500,
      cpu: undefined,
      fifo: false,
      lockMemory: false,
      periodUs: undefined,
      load: false,
      cold: false,
      json: false,
      plot: undefined,
    });
  });

  it('takes every flag', () => {
    const flags =
      '--iterations 7 --max-us=9 --cpu 0 --fifo --lock-memory --period-us 1000 --load --cold --json --plot a.svg';
    expect(parseOptions(flags.split(' '))).toEqual({
      iterations: 7,
      maxUs: 9,
      cpu: 0,
      fifo: true,
      lockMemory: true,
      periodUs: 1000,
      load: true,
      cold: true,
      json: true,
      plot: 'a.svg',
    });
  });

  it('asks for help with -h and --help, which names every flag', () => {
    expect(parseOptions(['-h'])).toBe('help');
    expect(parseOptions(['--help', '--iterations', '3'])).toBe('help');
    for (const flag of Object.keys(parseOptions([]))) {
      expect(usage).toContain(`--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    }
  });

  it.each([
    [['--iterations', '0'], /--iterations is "0", but must be a whole number from 1/],
    [['--iterations', '1e3'], /--iterations is "1e3"/],
    [['--max-us', 'fast'], /--max-us is "fast"/],
    [['--period-us', '10'], /--period-us is "10", but must be a whole number from 50/],
    [['--cpu'], /--cpu/],
    [['--unknown'], /--unknown/],
    [['extra'], /extra/],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(CommandLineError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
