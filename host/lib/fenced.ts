/** Text from outside as a model reads it: between marks that nothing written before can end. */
import { randomBytes } from 'node:crypto';

/** `attributes` stand in the opening mark: where the text comes from, how far it is to be believed. */
export const fenced = (text: string, attributes: Readonly<Record<string, string>>): string => {
  const mark = `UNTRUSTED-${randomBytes(8).toString('hex')}`;
  const stated = Object.entries(attributes).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `<${mark}${stated.join('')}>\n${text}\n</${mark}>`;
};
