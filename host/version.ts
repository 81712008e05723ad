/** The versions this program speaks. */
export const VERSION = '0.1.0';
/** The plugin API's own version, which `engines.communicationos` of a manifest names. */
export const PLUGIN_API_VERSION = '1.0.0';
