// The public names of @ichor/http/testing.

export { engineSuite, type EngineCase, type UnmetCase } from './node/engine-suite.ts';
export { engineUnderTest, type EngineUnderTest, type LoggedEntry, type StartedHost } from './node/engine-under-test.ts';
export { netUnmetCases, nodeHttpTlsUnmetCases, nodeHttpUnmetCases } from './node/unmet-cases.ts';
