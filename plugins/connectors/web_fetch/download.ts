/** The operation `download`: a file's bytes, whatever they are. */
import { integerParam, type OperationParams, type PluginContext, urlParam } from '../../sdk/index.ts';
import { fileName } from './file-name.ts';
import { createGet, type Fetched } from './get.ts';

export interface Download extends Fetched {
  file_name: string;
  content_base64: string;
}

const BYTES = { least: 1, most: 7_340_032, otherwise: 3_145_728 } as const;

export const createDownload = (context: PluginContext) => {
  const get = createGet(context);
  return async (params: OperationParams): Promise<Download> => {
    const url = urlParam(params, 'url');
    const max_bytes = integerParam(params, 'max_bytes', BYTES);
    const { fetched, response } = await get(url, { max_bytes, response: 'base64' });
    const file_name = fileName(response.headers['content-disposition'], fetched.final_url);
    return { ...fetched, file_name, content_base64: response.body };
  };
};
