/** Every rule about manifests. A new one is a file and a line here. */
import { ack } from './ack.ts';
import { adapterClass } from './adapter-class.ts';
import { addresses } from './addresses.ts';
import type { Check } from './check.ts';
import { credentials } from './credentials.ts';
import { engines } from './engines.ts';
import { eventId } from './event-id.ts';
import { features } from './features.ts';
import { fields } from './fields.ts';
import { hmac } from './hmac.ts';
import { id } from './id.ts';
import { links } from './links.ts';
import { operations } from './operations.ts';
import { params } from './params.ts';
import { reservedAttributes } from './reserved-attributes.ts';
import { secretHeaders } from './secret-headers.ts';
import { setupGuide } from './setup-guide.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';
import { webhook } from './webhook.ts';

export const CHECKS: readonly Check[] = [
  id,
  version,
  engines,
  adapterClass,
  webhook,
  verify,
  secretHeaders,
  eventId,
  ack,
  fields,
  reservedAttributes,
  addresses,
  credentials,
  hmac,
  links,
  setupGuide,
  features,
  operations,
  params,
];
