/** A strict reader of Prometheus text format 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats/ */

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/gy;

const labelsOf = (text: string): Record<string, string> => {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const [whole, name = '', value = ''] of text.matchAll(LABEL)) {
    labels[name] = value;
    end += whole.length;
  }
  if (end !== text.length) throw new Error(`labels that do not parse: ${text}`);
  return labels;
};

const numberOf = (text: string): number => {
  const value = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
  if (Number.isNaN(value) && text !== 'NaN') throw new Error(`not a number: ${text}`);
  return value;
};

const familyNameOf = (families: Map<string, Family>, name: string): string =>
  families.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');

/** Buckets must grow up to `+Inf`, which must equal the count. */
const checkHistogram = (name: string, { samples }: Family): void => {
  const series = new Map<string, number[]>();
  for (const { name: sample, labels, value } of samples) {
    if (sample !== `${name}_bucket`) continue;
    const { le: _bound, ...rest } = labels;
    const key = JSON.stringify(rest);
    const before = series.get(key) ?? [];
    if (value < (before.at(-1) ?? 0)) throw new Error(`${name}: buckets that shrink`);
    series.set(key, [...before, value]);
  }
  for (const { name: sample, labels, value } of samples) {
    if (sample === `${name}_count` && series.get(JSON.stringify(labels))?.at(-1) !== value) throw new Error(`${name}: count is not +Inf`);
  }
};

/** Throws at the first line that a scraper would refuse. */
export const parseMetrics = (text: string): Map<string, Family> => {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      const family = families.get(name) ?? { type: 'untyped', help: '', samples: [] };
      families.set(name, kind === 'HELP' ? { ...family, help: rest } : { ...family, type: rest });
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (!sample) throw new Error(`a line that does not parse: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const family = families.get(familyNameOf(families, name));
    if (!family || family.help === '') throw new Error(`${name} has no HELP and TYPE before it`);
    family.samples.push({ name, labels: labelsOf(labels), value: numberOf(value) });
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  return families;
};
