// Failures as answers: problem documents (RFC 9457) that say what is wrong and never what is inside.

import { IchorError, type SchemaIssue } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import { HttpResponse } from '../contract/response.ts';

/** The answer for an HttpError; the request id lets a user name the request to whoever reads the log. */
export function problemResponse(error: HttpError, requestId: string | undefined): HttpResponse {
  const problem = requestId === undefined ? error.problem : { ...error.problem, requestId };
  return new HttpResponse(error.status, 'application/problem+json', error.headers, {
    kind: 'text',
    text: JSON.stringify(problem),
  });
}

/** The 400 for a body that does not decode; tells where, as far as the codec knows. A codec that is broken is no fault of the client. */
export function decodeProblem(error: unknown): unknown {
  if (!IchorError.is(error)) return error;
  const path = error.details?.['path'];
  const offset = error.details?.['offset'];
  return new HttpError(400, error.message, {
    cause: error,
    extensions: {
      code: error.code,
      ...(path === undefined ? {} : { path }),
      ...(offset === undefined ? {} : { offset }),
    },
  });
}

/** The 400 for a value that a schema refuses. @param what Such as `body` or `query`. */
export function issuesProblem(what: string, issues: readonly SchemaIssue[]): HttpError {
  const listed = issues.map((issue) => ({ message: issue.message, path: pathText(issue) }));
  const first = listed[0];
  const detail =
    first === undefined
      ? `The ${what} is not valid.`
      : `The ${what} is not valid: ${withPath(first.path, first.message)}`;
  return new HttpError(400, detail, { extensions: { in: what, issues: listed } });
}

function withPath(path: string, message: string): string {
  return path === '' ? message : `${path}: ${message}`;
}

function pathText(issue: SchemaIssue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
