import {
  BaseConnector,
  ConnectorError,
  grantedFetch,
  NotSupportedError,
  type OperationParams,
  parseJson,
  requireOk,
  requireParams,
} from 'communicationos/sdk';
import { withRetries } from './retry.ts';

/** Three of them and the waits between stay below the 30 s that an operation has. */
const CALL_TIMEOUT_MS = 8_000;

export class WeatherConnector extends BaseConnector {
  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'get_weather') throw new NotSupportedError(operation);
    requireParams(params, 'place');

    const url = new URL(`${String(this.config.base_url).replace(/\/+$/, '')}/weather`);
    url.searchParams.set('place', String(params.place));
    const fetch = grantedFetch(this.context);
    const response = await withRetries(this.context, () => fetch(url.href, { timeout_ms: CALL_TIMEOUT_MS }));
    const weather = parseJson(requireOk(response, 'The weather service').body);
    if (weather === undefined) throw new ConnectorError('The weather service answered with something that is no JSON');
    return weather;
  }

  getSupportedOperations(): string[] {
    return ['get_weather'];
  }
}
