import { BaseConnector, NotSupportedError, type OperationParams, type PluginContext, requireParams } from '../../sdk/index.ts';
import { createSend } from './send.ts';

/** Sends mail by the server that is configured. */
export class EmailSmtpConnector extends BaseConnector {
  readonly #send: ReturnType<typeof createSend>;

  constructor(context: PluginContext) {
    super(context);
    this.#send = createSend(context);
  }

  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'send') throw new NotSupportedError(operation);
    requireParams(params, 'to', 'subject');
    return this.#send(params);
  }

  getSupportedOperations(): string[] {
    return ['send'];
  }

  /** Without a user the sender has to be stated; a password is for a user, and never in the clear. */
  override validateConfig(): boolean {
    const { host, user, password, from, security } = this.config;
    const login = Boolean(user) === Boolean(password);
    return Boolean(host) && Boolean(from ?? user) && (security === 'none' ? !password : login);
  }
}
