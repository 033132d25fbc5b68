// The one error class of all @ichor packages, and the helper with which a package declares its catalogue of codes.

const brand = Symbol.for('@ichor/error');

/** A stable, documented error code: `ICHOR_<AREA>_<WHAT>`. */
export type ErrorCode = `ICHOR_${string}`;

/** What can be attached to an {@link IchorError} beside its code and message. */
export interface IchorErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Facts a program can act on (names, ids, received values). Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The error every @ichor package throws and rejects with. Match on `code`, never on the message;
 * recognise it with {@link IchorError.is}, which also works across two installed copies of a package.
 *
 * @example
 * ```ts
 * import { IchorError } from '@ichor/coroutines';
 *
 * const error = new IchorError('ICHOR_DEMO_FAILED', 'The demo failed: received 3, expected at most 2. Pass a smaller number.');
 * console.log(IchorError.is(error, 'ICHOR_DEMO_FAILED')); // true
 * ```
 */
export class IchorError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'IchorError';
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: Code, message: string, options?: IchorErrorOptions) {
    super(message, options !== undefined && 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = options?.details;
  }

  /** Whether `value` is an IchorError of any installed copy, optionally with the given code. */
  static is<Code extends ErrorCode = ErrorCode>(value: unknown, code?: Code): value is IchorError<Code> {
    return (
      typeof value === 'object' &&
      value !== null &&
      (value as Record<symbol, unknown>)[brand] === true &&
      (code === undefined || (value as { code?: unknown }).code === code)
    );
  }

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }
}

/** Code to meaning: one line per code, in the words of `docs/errors.md`. */
export type ErrorCatalogue = Readonly<Record<ErrorCode, string>>;

/**
 * Types a package's error constructor by its catalogue, so that a code that is not documented does not compile.
 *
 * @example
 * ```ts
 * import { errorsOf } from '@ichor/coroutines';
 *
 * const demoError = errorsOf({ ICHOR_DEMO_FAILED: 'The demo could not finish.' });
 * const error = demoError('ICHOR_DEMO_FAILED', 'The demo failed: received 3, expected at most 2. Pass a smaller number.');
 * console.log(error.code); // ICHOR_DEMO_FAILED
 * ```
 */
export function errorsOf<const Catalogue extends ErrorCatalogue>(
  _catalogue: Catalogue,
): <Code extends keyof Catalogue & ErrorCode>(
  code: Code,
  message: string,
  options?: IchorErrorOptions,
) => IchorError<Code> {
  return (code, message, options) => new IchorError(code, message, options);
}
