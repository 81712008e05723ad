/** RFC 3986 §3.3: what may stand unencoded in a path segment stays as it is (`:` in a Telegram token), everything else is encoded. */
export const encodePathSegment = (text: string): string =>
  /^[\w.~!$&'()*+,;=:@-]*$/.test(text) ? text : encodeURIComponent(text).replace(/%(?:3A|40|24|26|2B|2C|3B|3D)/g, decodeURIComponent);
