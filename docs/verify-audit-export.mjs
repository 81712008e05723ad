#!/usr/bin/env node
// Verifies an export of the audit trail, for somebody who does not trust the host that it came from.
// Needs Node 20.12 or newer and nothing else; docs/security.md says what it proves.
//
//   agentos audit export --out trail.jsonl
//   node verify-audit-export.mjs trail.jsonl audit-heads.log PUBLIC_KEY
//
// PUBLIC_KEY is the one that you noted when the host made it. Exit code 0: as it was written. 1: not.
import { createPublicKey, hash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const sha256 = (text) => hash('sha256', text);
const lines = (file) => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
const refuse = (why) => {
  console.log(`NOT as it was written: ${why}`);
  process.exit(1);
};

const [trail_file, heads_file, public_key] = process.argv.slice(2);
const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: public_key }, format: 'jwk' });

// Signed heads: `chain seq` → the hash that the commit had.
const heads = new Map();
for (const { kind, chain_id, seq, hash: commit_hash, at, key: name, signature } of lines(heads_file)) {
  const text = JSON.stringify(['agentos audit', kind, chain_id, seq, commit_hash, at, name]);
  if (name !== public_key || !verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url')))
    refuse(`the statement about commit ${seq} of ${chain_id} was not signed by this key`);
  heads.set(`${chain_id} ${seq}`, commit_hash);
}

// Rows by commit, in the order of the file.
const commits = new Map();
for (const row of lines(trail_file)) {
  const name = `${row.chain_id} ${row.commit_seq}`;
  commits.set(name, [...(commits.get(name) ?? []), row]);
}

let before = null;
let signed = 0;
for (const [name, rows] of commits) {
  const { chain_id, commit_seq, prev_hash, rows_hash, commit_hash } = rows[0];
  const digests = rows.map((row) =>
    sha256(JSON.stringify([row.chain_id, row.commit_seq, row.at_ms, row.actor, row.action, row.person_id, row.subject, row.decision, row.detail])),
  );
  const own = sha256(JSON.stringify([chain_id, commit_seq, prev_hash, rows_hash]));
  if (sha256(digests.join('')) !== rows_hash || own !== commit_hash) refuse(`commit ${commit_seq} of ${chain_id}`);
  // A whole export has every commit; one of some time begins anywhere, and has no gap after that.
  const follows = before?.chain_id === chain_id ? before.commit_seq + 1 === commit_seq && before.commit_hash === prev_hash : true;
  if (!follows) refuse(`commit ${commit_seq} of ${chain_id} does not follow the one before`);
  if (rows.some((row) => Date.parse(row.at) !== row.at_ms)) refuse(`the times of commit ${commit_seq} of ${chain_id}`);
  const head = heads.get(name);
  if (head !== undefined && head !== commit_hash) refuse(`commit ${commit_seq} of ${chain_id} is not the one that was signed`);
  if (head !== undefined) signed++;
  before = rows[0];
}
// An export of some time ends before the newest head; one of everything does not, or its end was cut off.
for (const name of heads.keys()) {
  const [chain_id, seq] = name.split(' ');
  if (before?.chain_id === chain_id && Number(seq) > before.commit_seq) console.log(`it ends with commit ${before.commit_seq}; a signed head names ${seq}`);
}
console.log(`as it was written: ${commits.size} commits, ${signed} of them signed heads`);
