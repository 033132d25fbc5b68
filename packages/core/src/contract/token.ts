// Typed tokens: how a service names what it offers and what it needs. A token is a unique symbol at run time.

import { checkText } from '../errors/checks.ts';

declare const tokenType: unique symbol;

/**
 * Names an interface at run time: a unique symbol that carries the type `T`.
 * Accepted wherever inversify accepts a service identifier, so `container.get(token)` infers `T`.
 */
export type Token<T> = symbol & (abstract new (...parameters: never[]) => T) & { readonly [tokenType]: T };

/** An abstract or concrete class used as the name of the interface it declares. */
export type ClassToken<T> = abstract new (...parameters: never[]) => T;

/** What services are asked for by: a {@link Token} or a class. */
export type ServiceIdentifier<T = unknown> = Token<T> | ClassToken<T>;

/**
 * Makes a token. Two tokens are never equal, even when their names are.
 *
 * @param name Shown in messages and by `explain()`.
 * @throws ICHOR_OPTION_INVALID when it is no text, or empty.
 * @example
 * ```ts
 * import { token } from '@ichor/core';
 *
 * export interface Greeter { greet(name: string): string }
 * export const Greeter = token<Greeter>('Greeter');
 * ```
 */
export function token<T>(name: string): Token<T> {
  checkText('name', name);
  return Symbol(name) as unknown as Token<T>;
}

/** The name of a token or class, for messages. */
export function identifierName(identifier: ServiceIdentifier): string {
  return typeof identifier === 'symbol' ? ((identifier as symbol).description ?? 'anonymous') : identifier.name;
}
