/** Where something comes from, in a form that says nothing else: as a URL has no blanks, quotes, angle brackets or line ends. */
const LONGEST = 300;

export const shownSource = (source: string, connector_id: string): string =>
  URL.canParse(source) ? new URL(source).href.slice(0, LONGEST) : `connector:${connector_id}`;
