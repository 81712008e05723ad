/** Errors over HTTP: RFC 9457 `application/problem+json`. */
import { type AppError, ERRORS } from '../errors.ts';

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  hint: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

export const problem = (error: AppError): { status: number; body: Problem } => ({
  status: error.status,
  body: {
    type: 'about:blank',
    title: ERRORS[error.code].title,
    status: error.status,
    detail: error.message,
    code: error.code,
    hint: error.hint,
  },
});
