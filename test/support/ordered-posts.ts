/**
 * Many webhooks at once that still arrive in their order: one connection, pipelined. Separate requests
 * overtake each other on the way, and a test could not tell whose fault a wrong order is.
 */
import { Client } from 'undici';

export interface OrderedPost {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** The statuses, in the same order. */
export const postInOrder = async (url: string, posts: readonly OrderedPost[]): Promise<number[]> => {
  const client = new Client(url, { pipelining: posts.length });
  try {
    return await Promise.all(
      posts.map(async ({ path, headers, body }) => {
        // Without `idempotent` a POST would wait for the one before it.
        const response = await client.request({ method: 'POST', path, headers, body, idempotent: true });
        await response.body.dump();
        return response.statusCode;
      }),
    );
  } finally {
    await client.close();
  }
};
