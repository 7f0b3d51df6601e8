// Gives Sigstore bundles to @sigstore/bundle and @sigstore/verify, with a plain public key and neither log nor timestamp.
//
//     bundles.mjs vectors FOLDER              accept.json and reject.json of spec/vectors/statement
//     bundles.mjs file BUNDLE_JSON KEY_FILE   one bundle; every bit of it is flipped too
//
// The libraries are found from the working directory, so that they may be installed in a scratch folder.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { bundleFromJSON } = require("@sigstore/bundle");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const NOT_VERIFIED = "no signature verifies under a trusted key";
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");

function check(condition, what) {
  if (!condition) {
    console.error(`FAILED: ${what}`);
    process.exit(1);
  }
}

/// A verifier that knows one key. The hint only finds keys, so every hint finds it.
function verifierOf(publicHex) {
  const rawBytes = Buffer.concat([SPKI_HEAD, Buffer.from(publicHex, "hex")]);
  const keys = new Proxy({}, { get: () => ({ rawBytes }) });
  const none = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  return new Verifier(toTrustMaterial(none, keys), { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
}

function verifies(verifier, bundle) {
  try {
    return Boolean(verifier.verify(toSignedEntity(bundle)).key);
  } catch {
    return false;
  }
}

/// The signed content, or null: whatever goes wrong in a library counts as a refusal.
function accepts(verifier, text) {
  try {
    const bundle = bundleFromJSON(JSON.parse(text));
    if (!verifies(verifier, bundle)) return null;
    return bundle.content.dsseEnvelope;
  } catch {
    return null;
  }
}

function isSame(left, right) {
  return left.payloadType === right.payloadType && left.payload.equals(right.payload);
}

function* flips(bytes) {
  for (let place = 0; place < bytes.length; place++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[place] ^= 1 << bit;
      yield [flipped, `byte ${place}, bit ${bit}`];
    }
  }
}

function read(folder, name) {
  return JSON.parse(readFileSync(join(folder, name), "utf8")).filter(({ text }) => text.includes("mediaType"));
}

function vectors(folder) {
  let accepted = 0;
  for (const { name, key, payload_sha256, text } of read(folder, "accept.json")) {
    const content = accepts(verifierOf(key), text);
    check(content, name);
    check(createHash("sha256").update(content.payload).digest("hex") === payload_sha256, `${name}: payload`);
    accepted++;
  }
  let rejected = 0;
  const lenient = [];
  for (const { name, key, refusal, text } of read(folder, "reject.json")) {
    if (accepts(verifierOf(key), text) === null) {
      rejected++;
    } else {
      check(refusal !== NOT_VERIFIED, `${name} is accepted`);
      lenient.push(name);
    }
  }
  console.log(`bundles.mjs, vectors: accepted ${accepted}, rejected ${rejected}`);
  if (lenient.length > 0) console.log(`  signed, and stricter rules are Avouch's own: ${lenient.join(", ")}`);
}

/// Flips of what is signed and of the signature, after decoding: each must be refused.
function contentFlips(verifier, text) {
  const bundle = bundleFromJSON(JSON.parse(text));
  const envelope = bundle.content.dsseEnvelope;
  const [signature] = envelope.signatures;
  const places = [
    ["payload", envelope.payload, (bytes) => (envelope.payload = bytes)],
    ["type", Buffer.from(envelope.payloadType), (bytes) => (envelope.payloadType = bytes.toString("latin1"))],
    ["signature", signature.sig, (bytes) => (signature.sig = bytes)],
  ];
  let rejected = 0;
  for (const [name, original, put] of places) {
    for (const [flipped, where] of flips(original)) {
      put(flipped);
      check(!verifies(verifier, bundle), `${name}, ${where}`);
      rejected++;
    }
    put(original);
  }
  check(verifies(verifier, bundle), "the bundle as it was");
  return rejected;
}

function file(path, keyFile) {
  const [word, publicHex] = readFileSync(keyFile, "utf8").trim().split(" ");
  check(word === "avouch-ed25519", `${keyFile} is not a public key file`);
  const verifier = verifierOf(publicHex);
  const document = readFileSync(path);
  const original = accepts(verifier, document.toString());
  check(original, `${path} under ${keyFile}`);
  const stranger = verifierOf("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  check(accepts(stranger, document.toString()) === null, `${path} under another key`);
  let rejected = 1 + contentFlips(verifier, document.toString());
  let same = 0;
  for (const [flipped, where] of flips(document)) {
    const content = accepts(verifier, flipped.toString());
    if (content === null) {
      rejected++;
    } else {
      check(isSame(content, original), `${where} changes what is accepted`);
      same++;
    }
  }
  console.log(`bundles.mjs, ${basename(path)}: accepted 1, rejected ${rejected}, same content ${same}`);
}

const [verb, ...paths] = process.argv.slice(2);
({ vectors, file })[verb](...paths);
