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

export class GitHubConnector extends BaseConnector {
  async execute(operation: string, params: OperationParams): Promise<unknown> {
    this.requireEnabled();
    if (operation !== 'get_repo') throw new NotSupportedError(operation);
    requireParams(params, 'owner', 'repo');

    const [owner, repo] = [params.owner, params.repo].map((part) => encodeURIComponent(String(part)));
    const response = await grantedFetch(this.context)(`https://api.github.com/repos/${owner}/${repo}`, { timeout_ms: 10_000 });
    const found = parseJson(requireOk(response, 'GitHub').body);
    if (found === undefined) throw new ConnectorError('GitHub answered with something that is no JSON');
    return found;
  }

  getSupportedOperations(): string[] {
    return ['get_repo'];
  }
}
