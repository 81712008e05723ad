/** A channel's manifest over that of the built-in plugin it names: what it leaves out is the plugin's. Neither is checked yet. */

type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Field by field, and in each field attribute by attribute: the guide's `{type, required}` keeps the plugin's title and pattern. */
const mergeFields = (own: Json, plugin: Json): Json => {
  const merged: Json = { ...plugin, ...own };
  for (const [name, field] of Object.entries(own)) {
    const theirs = Object.hasOwn(plugin, name) ? plugin[name] : undefined;
    if (isObject(field) && isObject(theirs)) Object.defineProperty(merged, name, { value: { ...theirs, ...field } });
  }
  return merged;
};

/** A section that the channel states replaces the plugin's whole, but for `configuration_schema`. */
export const mergeManifest = (own: Json, plugin: Json): Json => {
  const merged: Json = { ...plugin, ...own };
  const { configuration_schema: fields } = own;
  if (isObject(fields) && isObject(plugin.configuration_schema))
    merged.configuration_schema = mergeFields(fields, plugin.configuration_schema);
  return merged;
};
