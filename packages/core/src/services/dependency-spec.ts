// A dependency in the one form that both ways of declaring (data on the class, inversify's decorators) are brought to.

import type { Properties } from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import type { DependencyKind } from './dependency-declaration.ts';

export interface DependencySpec {
  /** Position among the slots of its service. */
  readonly index: number;
  /** Key in `static dependencies`, or `parameter 0`, `property x` for constructor injection. */
  readonly key: string;
  readonly token: ServiceIdentifier;
  readonly kind: DependencyKind;
  readonly required: boolean;
  readonly multiple: boolean;
  readonly properties: Properties | undefined;
  /** Property values that a provider must have. */
  readonly match: Properties | undefined;
  /**
   * The consumer cannot let go of it while it runs (an optional constructor argument): when the provider leaves,
   * the consumer stops, and starts again without it.
   */
  readonly isFixed: boolean;
}
