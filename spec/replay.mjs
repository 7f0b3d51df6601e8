// Replays exported chains in Node (V8), from the specification alone: no code is shared with the Rust programs.
// Usage: node replay.mjs DIR   (DIR holds steps.ndjson and the modules it names; see export.md)
// Prints a line per chain on failure and a count at the end; exits 5 on a divergence, 8 on malformed files.

import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const RESTORE_EVERY = 64;
const SETUP_METER = 4_000_000_000n;
const OUTPUT_BYTES_MAX = 65_536;
const INPUT_BYTES_MAX = 4 * 1024 * 1024;

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const DUMMY_SEED = sha256(Buffer.from("avouch/v1/replay-dummy"));

// ---- deterministic CBOR, as much as is needed ----

function head(major, value) {
  const n = BigInt(value);
  const m = major << 5;
  if (n < 24n) return Buffer.from([m | Number(n)]);
  for (const [info, size] of [[24, 1], [25, 2], [26, 4], [27, 8]]) {
    if (n < 1n << BigInt(8 * size)) {
      const bytes = Buffer.alloc(1 + size);
      bytes[0] = m | info;
      let rest = n;
      for (let i = size; i > 0; i--) { bytes[i] = Number(rest & 0xffn); rest >>= 8n; }
      return bytes;
    }
  }
  throw new Error("integer over 64 bits");
}
const uint = (value) => head(0, value);
const bstr = (bytes) => Buffer.concat([head(2, bytes.length), bytes]);
const orNull = (bytes) => (bytes === null ? Buffer.from([0xf6]) : bstr(bytes));

function decode(bytes) {
  let at = 0;
  const item = () => {
    const initial = bytes[at++], major = initial >> 5, info = initial & 31;
    if (initial === undefined) throw new Error("CBOR ends early");
    if (major === 7) return info === 22 ? null : info === 21 ? true : info === 20 ? false : fail();
    let value = BigInt(info);
    if (info >= 24) {
      if (info > 27) fail();
      value = 0n;
      for (let size = 1 << (info - 24); size > 0; size--) value = (value << 8n) | BigInt(bytes[at++]);
    }
    const n = Number(value);
    switch (major) {
      case 0: return value;
      case 1: return -1n - value;
      case 2: case 3: {
        const slice = bytes.subarray(at, (at += n));
        return major === 2 ? Buffer.from(slice) : Buffer.from(slice).toString("utf8");
      }
      case 4: return Array.from({ length: n }, item);
      case 5: return new Map(Array.from({ length: n }, () => [Number(item()), item()]));
      default: return item();  // a tag says nothing that is needed here
    }
  };
  const fail = () => { throw new Error(`unexpected CBOR at byte ${at - 1}`); };
  const value = item();
  if (at !== bytes.length) throw new Error("bytes follow the CBOR item");
  return value;
}

// ---- a container ----

const TRAPS = [
  [/^unreachable/, 1], [/memory access out of bounds|memory\.\w+ out of bounds/i, 2], [/table index is out of bounds|table access out of bounds/, 3],
  [/null function or function signature mismatch/, 4], [/divide result unrepresentable|float unrepresentable/, 6],
  [/divide by zero|remainder by zero/, 7],
];

class Container {
  constructor(module, opening) {
    this.module = module;
    this.configuration = opening.configuration;
    const statement = decode(decode(opening.genesis)[2]);
    if (statement.get(1) !== 2n) throw new Error(`a genesis statement of version ${statement.get(1)}`);
    this.genesis = statement;
    this.meter = decode(opening.configuration).get(2);
    this.previous = sha256(decode(opening.genesis)[2]);
    this.guestSigns = statement.get(4) !== null;
    // A fork goes on after its parent's epoch: key 13 is null, or [instance, epoch, body, state].
    this.epoch = statement.get(13) === null ? 0n : statement.get(13)[1];
    this.fresh();
    this.send(SETUP_METER, Buffer.concat([Buffer.from([0]), opening.configuration]));
    this.installKey();
    this.save();
  }

  fresh() { this.exports = new WebAssembly.Instance(this.module, {}).exports; }

  globals() {
    const found = [];
    for (let i = 0; this.exports[`avouch:state:${i}`]; i++) found.push(this.exports[`avouch:state:${i}`]);
    return found;
  }

  installKey() {
    const role = this.guestSigns ? 0 : 1;
    const key = this.genesis.get(this.guestSigns ? 4 : 3);
    const seed = this.guestSigns ? DUMMY_SEED : Buffer.alloc(0);
    if (!this.send(SETUP_METER, Buffer.concat([Buffer.from([1, role]), key, seed])).output) throw new Error("the guest refused its key");
  }

  // Saves the state. The key is the published one, so there is nothing to wipe.
  save() {
    this.saved = { memory: new Uint8Array(this.exports.memory.buffer).slice(), globals: this.globals().map((g) => g.value) };
    this.since = [];
  }

  rollBack() {
    const steps = this.since;
    this.fresh();
    new Uint8Array(this.exports.memory.buffer).set(this.saved.memory);
    this.globals().forEach((global, i) => { global.value = this.saved.globals[i]; });
    for (const message of steps) this.send(this.meter, message);
    this.save();
  }

  // Sends a message: {output} | {refused: code} | {nonsense} | {trap}.
  send(meter, message) {
    const { exports } = this;
    exports["avouch:meter"].value = meter;
    const inside = (start, len) => start >= 0 && len >= 0 && start + len <= exports.memory.buffer.byteLength;
    const refusal = (value) => (value <= -1 && value >= -7 ? { refused: -value } : { nonsense: true });
    try {
      const place = exports.alloc(message.length);
      if (!inside(place, message.length)) return refusal(place);
      new Uint8Array(exports.memory.buffer).set(message, place);
      const output = exports.execute(place, message.length);
      if (output < 0) return refusal(output);
      const len = exports.output_len();
      if (!inside(output, len) || len > OUTPUT_BYTES_MAX) return { nonsense: true };
      return { output: Buffer.from(new Uint8Array(exports.memory.buffer, output, len)) };
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) return { trap: error };
      throw error;
    }
  }

  // Takes a step and gives the body.
  step(input) {
    const epoch = this.epoch + 1n;
    const digest = sha256(input);
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(epoch);
    const message = Buffer.concat([Buffer.from([2]), number, this.previous, input]);
    let outcome, claim = null, used = 0n;
    if (input.length > INPUT_BYTES_MAX) {
      outcome = [4, 18];
    } else {
      const reply = this.send(this.meter, message);
      const left = this.exports["avouch:meter"].value;
      used = left < 0n ? this.meter : this.meter - left;
      [outcome, claim] = this.judge(reply, epoch, digest);
    }
    if (claim === null) {
      this.rollBack();
    } else if (this.since.push(message) >= RESTORE_EVERY) {
      this.save();
    }
    const body = this.body(epoch, digest, outcome, used, claim);
    this.epoch = epoch;
    this.previous = sha256(body);
    return body;
  }

  judge(reply, epoch, digest) {
    if (reply.trap) return [this.trapped(reply.trap), null];
    if (reply.refused) return [[4, reply.refused], null];
    if (reply.nonsense) return [[4, 17], null];
    try {
      const [claim, signature] = decode(reply.output);
      const fields = decode(claim);
      const [role, key] = fields.get(5);
      const holds = fields.get(2) === epoch && fields.get(3).equals(this.previous) && fields.get(4).equals(digest)
        && role === (this.guestSigns ? 0n : 1n) && key.equals(this.genesis.get(this.guestSigns ? 4 : 3))
        && (signature !== null) === this.guestSigns;
      if (!holds) return [[4, 16], null];
      const completed = Number(fields.get(7));
      return [completed === 31 ? [0, 0] : [1, completed], claim];
    } catch {
      return [[4, 16], null];
    }
  }

  trapped(error) {
    const stop = this.exports["avouch:stop"].value;
    if (stop === 1) return [3, 0];
    if (stop === 2) return [3, 1];
    const found = TRAPS.find(([pattern]) => pattern.test(error.message));
    if (!found) throw new Error(`a trap that has no code: ${error.message}`);
    return [2, found[1]];
  }

  body(epoch, digest, [code, detail], used, claim) {
    const statement = this.genesis;
    const frame = Buffer.concat([
      head(5, 11), uint(1), uint(1), uint(2), uint(epoch), uint(3), bstr(this.previous), uint(4), bstr(digest),
      uint(5), head(4, 2), uint(code), uint(detail), uint(6), uint(used),
      uint(7), bstr(statement.get(5)), uint(8), bstr(statement.get(6)), uint(9), bstr(statement.get(7)),
      uint(10), orNull(claim === null ? null : sha256(claim)), uint(11), uint(statement.get(8)),
    ]);
    return Buffer.concat([head(4, 2), frame, orNull(claim)]);
  }
}

// ---- chains in a file ----

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node replay.mjs DIR");
  process.exit(2);
}
const modules = new Map();
const load = (name) => {
  if (!modules.has(name)) modules.set(name, new WebAssembly.Module(readFileSync(join(folder, name))));
  return modules.get(name);
};
const hex = (text) => Buffer.from(text, "hex");
let container = null, chains = 0, steps = 0, diverged = 0, skip = false;
try {
  for await (const line of createInterface({ input: createReadStream(join(folder, "steps.ndjson")) })) {
    const row = JSON.parse(line);
    if (row.module) {
      const opening = { configuration: hex(row.configuration), genesis: hex(row.genesis) };
      container = new Container(load(row.module), opening);
      chains += 1;
      skip = false;
    } else if (!skip) {
      const body = container.step(hex(row.input));
      steps += 1;
      if (!body.equals(hex(row.body))) {
        console.error(`chain ${chains}, epoch ${row.epoch}: diverges\n  recorded ${row.body}\n  replayed ${body.toString("hex")}`);
        diverged += 1;
        skip = true;
      }
    }
  }
} catch (error) {
  console.error(`malformed: ${error.stack}`);
  process.exit(8);
}
console.log(`node ${process.version}: ${chains} chains, ${steps} bodies compared, ${diverged} chains diverge`);
process.exit(diverged ? 5 : 0);
