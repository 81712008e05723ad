/** What a service answered, as a result; what it refused, as an error. */
import { asList, asRecord, asText, ConnectorError, type FetchResponse, parseJson, requireOk } from '../../sdk/index.ts';
import type { ConfiguredOperation } from './operation.ts';

export interface CallResult {
  operation_id: string;
  status: number;
  content_type: string | null;
  /** The value when it is JSON, else the text; null without a body. */
  data: unknown;
  source: string;
  trust_tier: 'external_source';
  untrusted: true;
}

const dataOf = ({ body }: FetchResponse, type: string | null): unknown => {
  if (body === '') return null;
  const value = type === null || /[/+]json$/.test(type) ? parseJson(body) : undefined;
  return value === undefined ? body : value;
};

/** GraphQL answers 200 to what it refused. */
const refuseErrors = (value: unknown): void => {
  const answer = asRecord(value);
  const errors = asList(answer?.errors);
  if (errors.length === 0 || (answer?.data !== undefined && answer.data !== null)) return;
  throw new ConnectorError(`The service answered with an error: ${asText(asRecord(errors[0])?.message, 500) ?? 'without a message'}`);
};

export const answerOf = (operation: ConfiguredOperation, response: FetchResponse): CallResult => {
  const content_type = requireOk(response, 'The service').headers['content-type']?.split(';')[0]?.trim().toLowerCase() || null;
  const data = dataOf(response, content_type);
  if (operation.graphql !== null) refuseErrors(data);
  return {
    operation_id: operation.id,
    status: response.status,
    content_type,
    data,
    source: new URL(response.url).host,
    trust_tier: 'external_source',
    untrusted: true,
  };
};
