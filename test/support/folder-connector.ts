/** Connectors whose code lies in the home's folder. */
import type { Home } from './home.ts';

/** Bodies of the class's methods; what is left out behaves. */
export interface ConnectorParts {
  /** At the top of the file. */
  top?: string;
  constructed?: string;
  execute?: string;
  validateConfig?: string;
  healthCheck?: string;
}

const EXECUTE = `
    switch (operation) {
      case 'echo':
        return { said: params.text, by: VERSION };
      case 'get': {
        const { status, body } = await this.context.fetch(String(params.url));
        return { status, body };
      }
      default:
        throw new NotSupportedError(operation);
    }`;

export const connectorSource = (version: string, parts: ConnectorParts = {}): string => `
import { BaseConnector, ConnectorError, InvalidParamsError, NotSupportedError, type OperationParams } from 'communicationos/sdk';

const VERSION = ${JSON.stringify(version)};
${parts.top ?? ''}
export class FolderConnector extends BaseConnector {
  ${parts.constructed === undefined ? '' : `constructor(context: any) {\n    super(context);${parts.constructed}\n  }`}
  async execute(operation: string, params: OperationParams): Promise<any> {${parts.execute ?? EXECUTE}
  }
  getSupportedOperations(): string[] {
    return ['echo', 'get'];
  }
  ${parts.validateConfig === undefined ? '' : `validateConfig(): boolean {${parts.validateConfig}\n  }`}
  ${parts.healthCheck === undefined ? '' : `async healthCheck(): Promise<boolean> {${parts.healthCheck}\n  }`}
}
`;

const params = (name: string, schema: object) => ({
  type: 'object',
  description: `Needs ${name}.`,
  properties: { [name]: schema },
  required: [name],
  additionalProperties: false,
});

/** `origins`: those that its `fetch` is granted when it is approved. */
export const connectorManifest = (id: string, origins: readonly string[] = [], more: object = {}): Record<string, unknown> => ({
  id,
  name: `Connector ${id}`,
  version: '1.0.0',
  adapter_class: './connector.ts#FolderConnector',
  operations: {
    echo: { effect: 'read', params: params('text', { type: 'string', maxLength: 100 }) },
    get: { effect: 'read', params: params('url', { type: 'string', format: 'uri' }) },
  },
  ...(origins.length > 0
    ? { permissions: { network: origins.map((url) => ({ url, max_response_bytes: 10_000_000, reason: 'Reads there.' })) } }
    : {}),
  ...more,
});

export interface FolderConnectorOptions extends ConnectorParts {
  version?: string;
  origins?: readonly string[];
  /** Keys of the manifest. */
  manifest?: object;
}

export const writeFolderConnector = (home: Home, id: string, options: FolderConnectorOptions = {}): void => {
  const { version = 'v1', origins = [], manifest = {}, ...parts } = options;
  home.write(`store/connectors/${id}/manifest.json`, connectorManifest(id, origins, manifest));
  home.write(`store/connectors/${id}/connector.ts`, connectorSource(version, parts));
};
