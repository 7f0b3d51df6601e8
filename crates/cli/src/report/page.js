// The report page of Avouch. It reads one block of JSON, draws, and fetches
// nothing. Every foreign string reaches the page through text nodes or canvas
// text, never as markup, so that a name in a journal cannot become script.
(function () {
"use strict";

// ---------------------------------------------------------------- the data

const D = JSON.parse(document.getElementById("data").textContent);
const T = D.ticks || {}, V = D.verdict || {}, I = D.instance || {}, P = D.policy || {}, B = D.budget || {};
const n = (T.epoch || []).length;
const PHASES = ["ingest", "cut", "spectral", "evidence", "witness"];
const DECISIONS = ["Pass", "Fail", "Inconclusive"];

// Typed columns keep 100,000 ticks fast; NaN stands for "absent".
function column(source) {
  const out = new Float64Array(n).fill(NaN);
  if (source) for (let i = 0; i < n; i++) if (source[i] != null) out[i] = +source[i];
  return out;
}
const S = {};
for (const name of ["epoch", "decision", "severity", "episode", "latched", "statistic", "score", "score_lower", "score_upper",
  "score_epoch", "cut_value", "cut_small_side", "cut_family", "cut_components", "cut_epoch", "fail_bits", "fail_threshold",
  "pass_bits", "pass_threshold", "meter", "vertices", "edges", "refused"]) S[name] = column(T[name]);
const work = PHASES.map((phase) => column((T.work || {})[phase]));
const total = new Float64Array(n);
for (let i = 0; i < n; i++) {
  const parts = work.map((w) => w[i]).filter((v) => v === v);
  total[i] = parts.length ? parts.reduce((a, b) => a + b, 0) : NaN;
}
const outcome = (i) => (T.outcome && T.outcome[i]) || "done";
const label = (i) => String((T.label && T.label[i]) || "epoch " + S.epoch[i]);

// Labels count as dates only if every one parses and none goes backwards;
// otherwise the axis counts epochs and lags are counted in ticks.
const DATE = /^\d{4}-\d\d(-\d\d)?([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
function instant(text) {
  if (!DATE.test(text)) return NaN;
  // A time of day without a zone is read as UTC, on every reader's machine alike.
  const iso = String(text).replace(" ", "T");
  return Date.parse(iso.length > 10 && !/(Z|[+-]\d\d:\d\d)$/.test(iso) ? iso + "Z" : iso);
}
const times = (function () {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    out[i] = instant((T.label || [])[i]);
    if (!(out[i] >= (i ? out[i - 1] : -Infinity))) return null;
  }
  return n ? out : null;
})();
const DAY = 86400000;
const daily = times && (n < 2 || (times[n - 1] - times[0]) / (n - 1) > DAY / 4);

// First index whose value is at least `at` in an ascending column.
function firstAtLeast(values, at) {
  let lo = 0, hi = values.length;
  while (lo < hi) { const mid = (lo + hi) >> 1; if (values[mid] < at) lo = mid + 1; else hi = mid; }
  return lo;
}
function indexOfEvent(at) {
  const text = String(at);
  if (times) {
    const t = instant(text), i = firstAtLeast(times, t);
    return t >= times[0] && i < n ? i : -1;
  }
  const exact = (T.label || []).indexOf(text);
  if (exact >= 0) return exact;
  const i = /^\d+$/.test(text) ? firstAtLeast(S.epoch, +text) : n;
  return i < n && S.epoch[i] === +text ? i : -1;
}
const events = (D.events || []).map((e, k) => ({ at: String(e.at), title: String(e.title), i: indexOfEvent(e.at), number: k + 1 }));

// An episode is a run of ticks over which the alarm stood. A tick without a
// claim (trapped, exhausted, denied) says nothing, so the alarm carries over it.
const episodes = (function () {
  const list = []; let open = null;
  for (let i = 0; i < n; i++) {
    const silent = S.latched[i] !== S.latched[i] && S.decision[i] !== S.decision[i];
    if (silent) continue;
    const stands = S.latched[i] === S.latched[i] ? S.latched[i] === 1 : S.decision[i] === 1;
    const number = S.episode[i];
    if (stands && open && number === number && open.number === open.number && number !== open.number) open = null;
    if (!stands) { open = null; continue; }
    if (!open) list.push(open = { a: i, b: i, number, severity: NaN, bits: NaN, threshold: S.fail_threshold[i] });
    open.b = i;
    if (!(open.severity >= S.severity[i])) open.severity = S.severity[i] === S.severity[i] ? S.severity[i] : open.severity;
    if (!(open.bits >= S.fail_bits[i])) open.bits = S.fail_bits[i] === S.fail_bits[i] ? S.fail_bits[i] : open.bits;
  }
  return list;
})();
const episodeAt = (i) => episodes.find((e) => e.a <= i && i <= e.b);
// Distance between two ticks, in the unit a reader of this journal thinks in.
const distance = (from, to) => daily ? Math.round((times[to] - times[from]) / DAY) : to - from;
const distanceUnit = daily ? "day" : "tick";

// ------------------------------------------------------- words and elements

const NF = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const whole = (v) => v === v && v != null ? NF.format(v) : "–";
const minus = (text) => text.replace("-", "−");
const fixed = (v, digits) => v === v && v != null ? minus(v.toFixed(digits)) : "–";
function figures(v) {
  if (v !== v || v == null) return "–";
  const a = Math.abs(v);
  if (a === 0) return "0";
  if (a >= 1e15 || a < 1e-4) return v.toExponential(3);
  return a >= 1000 ? NF.format(Math.round(v)) : String(+v.toPrecision(5));
}
const plural = (count, word) => whole(count) + " " + word + (Math.abs(count) === 1 ? "" : /x$/.test(word) ? "" : "s");
const share = (part, all) => all ? (100 * part / all).toFixed(part && part < all / 100 ? 2 : 1) + " %" : "–";
const short = (text, most) => { const c = Array.from(String(text)); return c.length > most ? c.slice(0, most - 1).join("") + "…" : String(text); };

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const key in attributes || {}) {
    const value = attributes[key];
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") node.style.cssText = value;
    else if (value != null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c != null));
  return node;
}
function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const key in attributes || {}) node.setAttribute(key, attributes[key]);
  node.append(...children);
  return node;
}
const $ = (id) => document.getElementById(id);

function copyButton(text, what) {
  const button = el("button", { type: "button", class: "copy", "aria-label": "Copy " + what, onclick() {
    const said = (word) => { button.textContent = word; setTimeout(() => { button.textContent = "copy"; }, 1200); };
    const byHand = () => {
      const area = el("textarea", { style: "position:fixed;opacity:0" }); area.value = text; document.body.append(area); area.select();
      said(document.execCommand("copy") ? "copied" : "failed"); area.remove(); button.focus();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => said("copied"), byHand); else byHand();
  } }, "copy");
  return button;
}

// `heads` is a list of [title, class]; each row a list of cells.
function table(caption, note, heads, rows, tall) {
  return el("div", { class: "scroll" + (tall ? " tall" : ""), tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption, note ? el("span", {}, note) : null),
      el("thead", {}, el("tr", {}, heads.map(([h, c]) => el("th", { class: c, scope: "col" }, h)))),
      el("tbody", {}, rows.map((r) => el("tr", {}, r.map((cell, k) => el("td", { class: heads[k][1] }, cell)))))));
}

// --------------------------------------------------------------- the header

function bannerWords() {
  const receipts = plural(V.chain_length || 0, "receipt"), span = V.first_epoch === V.last_epoch ? "epoch " + whole(V.first_epoch) : "epochs " + whole(V.first_epoch) + "–" + whole(V.last_epoch);
  switch (V.status) {
    case "valid": return ["valid", "✓", "Chain verified: " + receipts + ", " + span + ", signed by " +
      (V.operator ? "trusted operator " + V.operator.slice(0, 8) + "…" : "a trusted operator")];
    case "self-consistent": return ["amber", "?", "Self-consistent, signer unknown: " + receipts + ", " + span];
    case "empty": return ["empty", "–", "Empty journal: there is no receipt to verify"];
    default: return ["refused", "✕", "Chain refused" + (V.word ? ": " + V.word : "")];
  }
}
function drawIdentity() {
  const [kind, sign, words] = bannerWords();
  const more = [];
  if (V.detail) more.push(V.detail);
  if (kind === "refused") more.push("Do not rely on what is drawn below.");
  if (kind === "amber") more.push("Every signature and link fits, but nobody vouches for the key. Give the operator's public key: avouch verify --trust operator.pub.");
  const hex = (name, value) => value ? [name, value, true] : null;
  const facts = [hex("Head of the chain", V.head), hex("Module", I.module), hex("Configuration", I.configuration), hex("Cost table", I.cost_table),
    hex("Instance", I.id), hex("Operator key", V.operator), hex("Runtime key", I.runtime_key), hex("Witness key", I.witness_key),
    I.profile ? ["Profile", I.profile + (I.memory_bytes ? ", " + memory(I.memory_bytes) + " of memory" : "")] : null,
    I.signer ? ["Claims signed by", I.signer === "guest" ? "the guest, inside the container" : "the host"] : null,
    I.engine ? ["Engine (annex, not signed into a body)", I.engine] : null,
    D.program ? ["Written by", D.program] : null, ["Policy", policyWords(), false, true]].filter(Boolean);
  $("identity").append(el("h1", {}, D.name || "unnamed journal"),
    el("p", { class: "soft" }, n ? plural(n, "tick") + (n > 1 ? ", " + label(0) + " to " + label(n - 1) : ", " + label(0)) : "No ticks"),
    el("div", { class: "banner " + kind, role: kind === "refused" ? "alert" : null }, el("span", { class: "sign", "aria-hidden": "true" }, sign),
      el("div", {}, el("strong", {}, words), more.map((m) => el("p", {}, m)))),
    V.key_mode === "insecure" ? el("div", { class: "banner amber" }, el("span", { class: "sign", "aria-hidden": "true" }, "!"),
      el("div", {}, el("strong", {}, "Insecure key"), el("p", {}, "The signing key was derived from public values, a mode for published test vectors: anyone can forge these receipts."))) : "",
    el("dl", { class: "facts" }, facts.map(([name, value, isHex, isWide]) => el("div", { class: isWide ? "wide" : null }, el("dt", {}, name),
      el("dd", {}, el("span", { class: isHex ? "hex" : "", title: isHex ? value : null }, value), isHex ? copyButton(value, name) : null)))));
}
const memory = (bytes) => bytes % 1048576 === 0 ? bytes / 1048576 + " MiB" : bytes % 1024 === 0 ? bytes / 1024 + " KiB" : whole(bytes) + " bytes";
function policyWords() {
  if (!P.statistic) return "–";
  return (P.alarm === "low" ? "low " : "high ") + P.statistic + " alarms; null mean " + figures(P.null_mean) + ", margin " + figures(P.margin) +
    "; fail at " + figures(P.fail_bits) + " bits, pass at " + figures(P.pass_bits) + "; cool-down " + plural(P.cool_down || 0, "tick");
}

// -------------------------------------------------------------- the summary

function drawSummary() {
  const box = $("summary");
  if (!n) { box.append(el("h2", {}, "Nothing recorded yet"), el("p", { class: "soft" }, "The journal holds no ticks, so there is nothing to draw.")); drawNotes(box); return; }
  const count = [0, 0, 0], others = {}; let under = 0, refused = 0, stale = 0, scored = 0;
  for (let i = 0; i < n; i++) {
    if (S.decision[i] === S.decision[i]) count[S.decision[i]]++;
    if (outcome(i) !== "done") others[outcome(i)] = (others[outcome(i)] || 0) + 1;
    if (S.refused[i] > 0) refused += S.refused[i];
    if (S.score_epoch[i] === S.score_epoch[i] && S.score[i] === S.score[i]) { scored++; if (S.score_epoch[i] < S.epoch[i]) stale++; }
  }
  for (const e of episodes) under += e.b - e.a + 1;
  const item = (value, words, colour) => el("li", {}, el("b", {}, value), colour ? el("i", { style: "background:var(" + colour + ")" }) : null, el("span", {}, words));
  box.append(el("h2", {}, "Summary"), el("ul", { class: "counts" },
    item(whole(n), n === 1 ? "tick" : "ticks"), item(whole(count[0]), "pass · " + share(count[0], n), "--pass"), item(whole(count[1]), "fail · " + share(count[1], n), "--fail"),
    item(whole(count[2]), "inconclusive · " + share(count[2], n), "--unsure"), item(whole(episodes.length), (episodes.length === 1 ? "alarm episode · " : "alarm episodes · ") + share(under, n) + " of ticks"),
    Object.keys(others).sort().map((k) => item(whole(others[k]), k + " · " + share(others[k], n))),
    refused ? item(whole(refused), refused === 1 ? "refused delta" : "refused deltas") : null, stale ? item(share(stale, scored), "of scores speak of an earlier tick") : null));
  drawEpisodes(box); drawEvents(box); drawNotes(box);
}
function lagWords(lag) {
  return lag === 0 ? "same " + distanceUnit : plural(Math.abs(lag), distanceUnit) + (lag > 0 ? " after it" : " before it");
}
function drawEpisodes(box) {
  if (!episodes.length) { box.append(el("p", {}, "No alarm was raised over the whole record.")); return; }
  const known = events.filter((e) => e.i >= 0);
  const rows = episodes.map((e, k) => {
    let near = null, lag = 0;
    for (const event of known) {
      const l = distance(event.i, e.a);
      if (!near || Math.abs(l) < Math.abs(lag)) { near = event; lag = l; }
    }
    return [String(e.number === e.number ? e.number : k + 1), label(e.a), e.b === n - 1 ? "stands at the end" : label(e.b),
      daily ? whole(distance(e.a, e.b) + 1) : null, whole(e.b - e.a + 1), whole(e.severity), fixed(e.bits, 1), fixed(e.threshold, 1),
      ...(known.length ? [near.title, lagWords(lag)] : []), showButton(e.a, e.b, "Show episode from " + label(e.a) + " in the charts")].filter((c) => c !== null);
  });
  const heads = [["#", "n"], ["Start", "k"], ["End", "k"], daily ? ["Days", "n"] : null, ["Ticks", "n"], ["Peak severity", "n"], ["Peak fail bits", "n"], ["Threshold, bits", "n"],
    ...(known.length ? [["Nearest known event", ""], ["Alarm came", "k"]] : []), ["", ""]].filter(Boolean);
  box.append(table("Alarm episodes", "From the tick that raised the alarm to the last tick it stood. Severity runs from 0 to 255." +
    (known.length ? " The nearest event is the nearest in time; that does not make it the cause." : ""), heads, rows, rows.length > 14));
}
function drawEvents(box) {
  if (!events.length) return;
  const rows = events.map((event) => {
    if (event.i < 0) return [String(event.number), event.at, event.title, "not within the recorded ticks", "–", ""];
    const standing = episodeAt(event.i), next = episodes.find((e) => e.a > event.i);
    const now = standing ? "yes, since " + label(standing.a) + (standing.a < event.i ? " (" + plural(distance(standing.a, event.i), distanceUnit) + " before)" : "") : "no";
    return [String(event.number), event.at, event.title, now, standing ? "–" : next ? plural(distance(event.i, next.a), distanceUnit) + " later, " + label(next.a) : "no later alarm",
      showButton(Math.max(0, event.i - 60), Math.min(n - 1, event.i + 60), "Show " + event.title + " in the charts")];
  });
  box.append(table("Known events", "Named by whoever set up the run, for comparison only: they play no part in any decision.",
    [["#", "n"], [times ? "Date" : "At", "k"], ["Event", ""], ["Alarm standing at that tick", ""], ["Otherwise, next alarm", ""], ["", ""]], rows, rows.length > 14));
}
function drawNotes(box) {
  if ((D.notes || []).length) box.append(el("h3", {}, "Notes on what is and is not claimed"), el("ul", { class: "notes" }, D.notes.map((t) => el("li", {}, String(t)))));
}
function showButton(a, b, what) {
  return el("button", { type: "button", "aria-label": what, onclick() {
    const pad = Math.max(5, (b - a) * 0.6);
    setView(a - pad, b + 1 + pad); setCursor(a); $("charts").scrollIntoView(); panels[0].over.focus({ preventScroll: true });
  } }, "show");
}

// ----------------------------------------------------- the shared time axis

// The view is a half-open range of ticks in cells: tick i covers [i, i + 1).
const view = { a: 0, b: Math.max(1, n) };
let cursor = Math.max(0, n - 1), drag = null, printing = false;
const C = {};
const GUTTER = { left: 62, right: 10, foot: 20 };
const panels = [];
let brush = null, consoleAt = null, consoleRange = null, resetButton = null;

function setView(a, b) {
  const least = Math.min(n, 5), wide = Math.max(least, Math.min(n, b - a));
  view.a = Math.max(0, Math.min(n - wide, a + (b - a - wide) / 2));
  view.b = view.a + wide;
  schedule();
}
function setCursor(i) {
  cursor = Math.max(0, Math.min(n - 1, i));
  if (cursor < view.a) setView(cursor, cursor + view.b - view.a);
  else if (cursor + 1 > view.b) setView(cursor + 1 - (view.b - view.a), cursor + 1);
  schedule("over");
}
// Redraws are gathered into one per frame, however fast the pointer moves.
let pending = "";
function schedule(what) {
  if (!pending) requestAnimationFrame(() => { const w = pending; pending = ""; if (w === "all") drawAll(false); drawOver(); });
  pending = what === "over" && pending !== "all" ? "over" : "all";
}

const STEPS = [["ms", 1000], ["ms", 10000], ["ms", 60000], ["ms", 300000], ["ms", 900000], ["ms", 3600000], ["ms", 10800000], ["ms", 21600000], ["d", 1], ["d", 2], ["d", 7], ["d", 14],
  ["m", 1], ["m", 2], ["m", 3], ["m", 6], ["y", 1], ["y", 2], ["y", 5], ["y", 10], ["y", 20], ["y", 50], ["y", 100]];
const MS = { ms: 1, d: DAY, m: 30.44 * DAY, y: 365.25 * DAY };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function dateMarks(width) {
  const a = Math.max(0, Math.floor(view.a)), b = Math.min(n - 1, Math.ceil(view.b) - 1), t0 = times[a], t1 = times[b], marks = [];
  const [unit, step] = STEPS.find(([u, s]) => (t1 - t0) / (MS[u] * s) * 66 <= width) || STEPS[STEPS.length - 1];
  const d = new Date(t0), y = d.getUTCFullYear();
  for (let k = 0; k < 400; k++) {
    const at = unit === "y" ? Date.UTC(Math.floor(y / step) * step + k * step, 0, 1) : unit === "m" ? Date.UTC(y, Math.floor(d.getUTCMonth() / step) * step + k * step, 1)
      : (Math.floor(t0 / (MS[unit] * step)) + k) * MS[unit] * step;
    if (at > t1) break;
    if (at < t0) continue;
    const when = new Date(at), month = MONTHS[when.getUTCMonth()], midnight = at % DAY === 0;
    marks.push([firstAtLeast(times, at), unit === "y" ? String(when.getUTCFullYear()) : unit === "m" ? month + " " + when.getUTCFullYear()
      : unit === "d" || midnight ? when.getUTCDate() + " " + month : when.toISOString().slice(11, at % 60000 ? 19 : 16)]);
  }
  return marks;
}
function epochMarks(width) {
  const first = S.epoch[0], step = Math.max(1, niceStep(view.b - view.a, width / 80)), marks = [];
  for (let e = Math.ceil((view.a + first) / step) * step; e - first < view.b; e += step) {
    const i = e - first;
    if (i >= 0 && i < n) marks.push([i, /^\d+$/.test(label(i)) ? whole(+label(i)) : short(label(i), 11)]);
  }
  return marks;
}
function niceStep(span, count) {
  const raw = span / Math.max(1, count), power = Math.pow(10, Math.floor(Math.log10(raw)));
  return power * ([1, 2, 5, 10].find((m) => m * power >= raw * 0.999) || 10);
}

// ------------------------------------------------------- drawing primitives

// A frame is one canvas ready to draw on, with its plotting box and its x scale.
function frame(canvas, height) {
  // A sheet of paper has its own width, and wants twice the points.
  const ratio = printing ? 2 : window.devicePixelRatio || 1, width = printing ? 700 : canvas.parentNode.clientWidth || 600;
  const w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; canvas.style.height = height + "px"; }
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  c.font = "11.5px " + C.sans; c.textBaseline = "middle"; c.lineJoin = "bevel";
  const g = { c, ratio, width, height, left: GUTTER.left, right: width - GUTTER.right, top: 6, bottom: height - GUTTER.foot };
  g.pixels = (g.right - g.left) / (view.b - view.a);
  g.x = (i) => g.left + (i + 0.5 - view.a) * g.pixels;
  g.a = Math.max(0, Math.floor(view.a)); g.b = Math.min(n, Math.ceil(view.b));
  return g;
}
function extent(g, ...series) {
  let lo = Infinity, hi = -Infinity;
  for (const s of series) for (let i = g.a; i < g.b; i++) { const v = s[i]; if (v < lo) lo = v; if (v > hi) hi = v; }
  return [lo, hi];
}
function linear(g, lo, hi) {
  if (!isFinite(lo) || !isFinite(hi)) { lo = 0; hi = 1; }
  if (!(hi > lo)) { const pad = Math.abs(lo) * 0.1; lo -= pad; hi = lo + (2 * pad || 1); }
  const step = niceStep(hi - lo, (g.bottom - g.top) / 34), marks = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9; k++) marks.push(k * step);
  const y = (v) => g.bottom - (v - lo) / (hi - lo) * (g.bottom - g.top);
  return { y, marks, name: (v) => axisNumber(v, step) };
}
function logarithmic(g, lo, hi) {
  if (!(lo > 0) || !isFinite(hi)) { lo = 0.1; hi = 1; }
  let a = Math.log10(lo), b = Math.log10(hi);
  if (b - a < 0.3) { const m = (a + b) / 2; a = m - 0.15; b = m + 0.15; }
  const marks = [];
  for (let e = Math.floor(a); e <= b; e++) for (const m of b - a < 1.6 ? [1, 2, 5] : b - a < 3 ? [1, 3] : [1]) { const v = m * Math.pow(10, e); if (Math.log10(v) >= a && Math.log10(v) <= b) marks.push(v); }
  // Zero has no logarithm; it is drawn on the floor of the plot.
  const y = (v) => v > 0 ? g.bottom - (Math.log10(v) - a) / (b - a) * (g.bottom - g.top) : g.bottom;
  return { y, marks, name: (v) => String(+v.toPrecision(3)) };
}
function axisNumber(v, step) {
  const a = Math.abs(v);
  if (a < step / 1000) return "0";
  if (a >= 1e6) return +(v / 1e6).toFixed(step < 1e5 ? 2 : 1) + "M";
  if (a >= 1e4) return +(v / 1e3).toFixed(step < 1e3 ? 1 : 0) + "k";
  return minus(v.toFixed(Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)))));
}
function axes(g, scale) {
  const c = g.c, w = g.right - g.left;
  c.lineWidth = 1; c.fillStyle = C.soft; c.strokeStyle = C.grid;
  if (scale) {
    c.textAlign = "right";
    for (const v of scale.marks) { const y = Math.round(scale.y(v)) + 0.5; c.beginPath(); c.moveTo(g.left, y); c.lineTo(g.right, y); c.stroke(); c.fillText(scale.name(v), g.left - 7, y); }
  }
  c.strokeStyle = C.rule; c.beginPath(); c.moveTo(g.left, g.bottom + 0.5); c.lineTo(g.right, g.bottom + 0.5); c.stroke();
  c.textAlign = "center"; let free = -Infinity;
  for (const [i, text] of times ? dateMarks(w) : epochMarks(w)) {
    const x = g.left + (i - view.a) * g.pixels, half = c.measureText(text).width / 2;
    if (x < g.left - 1 || x > g.right + 1) continue;
    c.beginPath(); c.moveTo(Math.round(x) + 0.5, g.bottom); c.lineTo(Math.round(x) + 0.5, g.bottom + 4); c.stroke();
    const tx = Math.max(g.left - 40 + half, Math.min(g.width - half, x));
    if (tx - half > free) { c.fillText(text, tx, g.bottom + 12); free = tx + half + 10; }
  }
}
// Alarm episodes tint and known events rule every chart, so that one glance
// down the page shows what moved together.
function context(g) {
  const c = g.c;
  c.fillStyle = C.fail; c.globalAlpha = 0.09;
  for (const e of episodes) if (e.b >= view.a && e.a < view.b) {
    const x0 = Math.max(g.left, g.x(e.a - 0.5)), x1 = Math.min(g.right, g.x(e.b + 0.5));
    c.fillRect(x0, g.top, Math.max(1, x1 - x0), g.bottom - g.top);
  }
  c.globalAlpha = 0.55; c.strokeStyle = C.event; c.lineWidth = 1; c.setLineDash([1, 3]);
  for (const e of events) if (e.i >= 0 && e.i >= view.a - 0.5 && e.i < view.b) { const x = Math.round(g.x(e.i)) + 0.5; c.beginPath(); c.moveTo(x, g.top); c.lineTo(x, g.bottom); c.stroke(); }
  c.setLineDash([]); c.globalAlpha = 1;
}
// Clips to the plotting box while `body` draws.
function inside(g, body) {
  g.c.save(); g.c.beginPath(); g.c.rect(g.left, g.top - 3, g.right - g.left, g.bottom - g.top + 6); g.c.clip(); body(); g.c.restore();
}
// One line. With more ticks than device pixels each pixel column keeps first,
// minimum, maximum and last ("M4", Jugel et al., VLDB 2014), which paints the
// same pixels as drawing every tick: no spike is lost.
function trace(g, s, y, colour, style) {
  const c = g.c, o = style || {};
  c.strokeStyle = colour; c.fillStyle = colour; c.lineWidth = o.width || 1.4; c.setLineDash(o.dash || []); c.beginPath();
  // Short paths rasterise far faster than one long jagged path.
  let points = 0;
  const rest = (x, yy) => { if (!o.dash && ++points % 60 === 0) { c.stroke(); c.beginPath(); c.moveTo(x, yy); } };
  const from = Math.max(0, g.a - 1), to = Math.min(n, g.b + 1);
  if (g.pixels * g.ratio >= 1) {
    for (let i = from; i < to; i++) {
      const v = s[i], before = i ? s[i - 1] : NaN;
      if (v !== v) continue;
      const x = g.x(i), yy = y(v), joined = before === before && i > from;
      if (o.step) { if (joined) c.lineTo(x - g.pixels / 2, yy); else c.moveTo(x - g.pixels / 2, yy); c.lineTo(x + g.pixels / 2, yy); }
      else if (joined) c.lineTo(x, yy); else c.moveTo(x, yy);
      if (!o.step) rest(x, yy);
    }
    c.stroke(); c.setLineDash([]);
    if (!o.step) for (let i = from; i < to; i++) {
      const alone = !(i && s[i - 1] === s[i - 1]) && !(i + 1 < n && s[i + 1] === s[i + 1]);
      if (s[i] === s[i] && (alone || g.pixels > 9)) { c.beginPath(); c.arc(g.x(i), y(s[i]), alone ? 2.4 : 2, 0, 7); c.fill(); }
    }
    return;
  }
  let at = NaN, first = 0, lo = 0, hi = 0, last = 0, joined = false;
  const flush = () => {
    const x = at / g.ratio;
    if (joined) c.lineTo(x, y(first)); else c.moveTo(x, y(first));
    c.lineTo(x, y(lo)); c.lineTo(x, y(hi)); c.lineTo(x, y(last) + (lo === hi ? 0.01 : 0)); joined = true;
    rest(x, y(last));
  };
  for (let i = from; i < to; i++) {
    const v = s[i], px = Math.floor(g.x(i) * g.ratio) + 0.5;
    if (px !== at) { if (at === at) { flush(); if (px - at > 1.5) joined = false; } at = NaN; }
    if (v !== v) continue;
    if (at !== at) { at = px; first = lo = hi = last = v; } else { if (v < lo) lo = v; if (v > hi) hi = v; last = v; }
  }
  if (at === at) flush();
  c.stroke(); c.setLineDash([]);
}
// Calls paint(x, width, from, to) once for each tick or, when ticks are
// narrower than device pixels, once for each pixel column; edges fall on whole
// device pixels so that neighbours leave no seam.
function columns(g, paint) {
  const snap = (x) => Math.round(x * g.ratio) / g.ratio;
  for (let i = g.a; i < g.b;) {
    const x0 = snap(g.x(i - 0.5)); let j = i + 1;
    while (j < g.b && snap(g.x(j + 0.5)) - x0 < 1 / g.ratio) j++;
    const x1 = snap(g.x(j - 0.5)); paint(x0, Math.max(x1 - x0, 1 / g.ratio), i, j); i = j;
  }
}
function band(g, low, high, y, colour, alpha) {
  // Rectangles are filled together: filled one by one, some printers show seams.
  g.c.fillStyle = colour; g.c.globalAlpha = alpha; g.c.beginPath();
  columns(g, (x, w, a, b) => {
    let lo = Infinity, hi = -Infinity;
    for (let i = a; i < b; i++) { if (low[i] < lo) lo = low[i]; if (high[i] > hi) hi = high[i]; }
    if (hi >= lo) g.c.rect(x, y(hi), w, Math.max(1, y(lo) - y(hi)));
  });
  g.c.fill();
  g.c.globalAlpha = 1;
}
function level(g, v, y, colour, words) {
  const c = g.c, yy = Math.round(y(v)) + 0.5;
  c.strokeStyle = colour; c.lineWidth = 1.2; c.setLineDash([6, 4]); c.beginPath(); c.moveTo(g.left, yy); c.lineTo(g.right, yy); c.stroke(); c.setLineDash([]);
  if (words) { c.textAlign = "right"; halo(g, words, g.right - 4, yy - 15 < g.top ? yy + 9 : yy - 8, colour); }
}
function halo(g, text, x, y, colour) {
  g.c.lineWidth = 3; g.c.strokeStyle = C.paper; g.c.strokeText(text, x, y); g.c.fillStyle = colour; g.c.fillText(text, x, y);
}

// ----------------------------------------------------------------- the panels

// A panel: title, unit, caption, height, legend entries [name, colour variable,
// shape, value(i)], draw(g) that returns the points for the crosshair.
function definePanels() {
  const list = [decisionPanel()];
  const bits = (v) => fixed(v, 2) + " bits";
  if (has(S.fail_bits)) list.push(bitsPanel("Evidence for an alarm", "fail_bits", "fail_threshold", "fail",
    "The winnings of a bet against “all is normal”, each bit a doubling of the stake; the alarm is raised where the line reaches its threshold, which steps up with every alarm so that all alarms share one allowance for error.", bits));
  if (has(S.pass_bits)) list.push(bitsPanel("Evidence that all is well", "pass_bits", "pass_threshold", "pass",
    "The winnings of the opposite bet, against “something is wrong”: above its threshold the gate may say pass, and with neither bet won it says inconclusive.", bits));
  const same = sameSeries(S.statistic, S.score);
  if (has(S.score)) list.push(scorePanel(same));
  if (has(S.statistic) && !same) list.push(linePanel("Test statistic", (P.statistic || "statistic") + ", 0 to 1", "statistic", "line",
    "The number the evidence is counted from: values above the dashed line add evidence for an alarm, values below it take evidence away.", 150, (v) => fixed(v, 4), nullMean));
  if (has(S.cut_value)) list.push(cutPanel());
  if (has(S.cut_small_side)) list.push(linePanel("Small side of the cut", "vertices", "cut_small_side", "second",
    "How many vertices the lightest split sets apart from the rest; 1 means that a single vertex hangs by the weakest thread.", 96, whole, null, true));
  if (has(S.cut_family)) list.push(linePanel("Number of minimum cuts", "splits", "cut_family", "second",
    "How many different splits are equally light; 1 means the answer is unique, a gap that there were none or too many to count.", 96, whole, null, true));
  if (has(total)) list.push(workPanel());
  if (has(S.meter)) list.push(meterPanel());
  list.push(outcomePanel());
  return list;
}
const has = (s) => s.some((v) => v === v);
function sameSeries(a, b) {
  for (let i = 0; i < n; i++) if (a[i] === a[i] && b[i] === b[i] && Math.abs(a[i] - b[i]) > 1e-9) return false;
  return has(a) && has(b);
}
function nullMean(g, y) { if (P.null_mean != null) level(g, P.null_mean, y, C.null); }
const nullLegend = () => P.null_mean == null ? [] : [["Null mean", "null", "dash", () => figures(P.null_mean)]];

// Three lanes rather than one colour per tick: at any zoom every decision that
// occurs in a pixel column shows, and lanes can be told apart without colour.
const flagRows = () => Math.min(4, events.filter((e) => e.i >= 0).length);
function decisionPanel() {
  const lanes = [["Fail", 1, "fail"], ["Inconcl.", 2, "unsure"], ["Pass", 0, "pass"]];
  return { title: "Decisions and alarms", unit: "one mark a tick; severity 0 to 255", height: 134 + flagRows() * 16,
    caption: "Each tick the gate says pass, fail or inconclusive; a raised alarm stands (tinted through all charts) until it is rearmed or has cooled down, and its height shows how severe it was.",
    legend: [["Decision", "ink", "", (i) => DECISIONS[S.decision[i]] || "none"], ["Severity", "fail", "box", (i) => whole(S.severity[i])],
      ["Alarm", "fail", "", (i) => { const e = episodeAt(i); return e ? "episode " + (e.number === e.number ? e.number : episodes.indexOf(e) + 1) : "none"; }]],
    draw(g) {
      const c = g.c, start = 6 + flagRows() * 16; g.top = start;
      context(g); axes(g, null);
      c.textAlign = "right"; c.fillStyle = C.soft;
      lanes.forEach(([name], k) => c.fillText(name, g.left - 7, start + 9 + k * 20));
      c.fillText("Alarm", g.left - 7, start + 66 + 20);
      columns(g, (x, w, a, b) => {
        const seen = [0, 0, 0]; let worst = -1;
        for (let i = a; i < b; i++) { const d = S.decision[i]; if (d === d) seen[d]++; if (S.severity[i] > worst) worst = S.severity[i]; }
        lanes.forEach(([, code, colour], k) => {
          if (!seen[code]) return;
          c.fillStyle = C[colour]; c.globalAlpha = 0.4 + 0.6 * seen[code] / (b - a); c.fillRect(x, start + 1 + k * 20, w, 16);
        });
        c.globalAlpha = 1;
        if (worst >= 0) { const h = Math.max(1, worst / 255 * 40); c.fillStyle = C.fail; c.globalAlpha = 0.75; c.fillRect(x, g.bottom - h, w, h); c.globalAlpha = 1; }
      });
      c.textAlign = "left"; let free = -Infinity;
      for (const e of episodes) {
        const x = Math.max(g.left, g.x(e.a - 0.5)), text = String(e.number === e.number ? e.number : episodes.indexOf(e) + 1);
        if (e.b < view.a || e.a >= view.b || x < free || x > g.right - 14) continue;
        halo(g, text, x + 2, start + 66, C.fail); free = x + c.measureText(text).width + 8;
      }
      drawFlags(g, start);
      return [];
    } };
}
// Flags are placed from right to left: a label rises above every pole it would
// cross, and what still does not fit is reduced to its number in the table.
function drawFlags(g, floor) {
  const c = g.c, placed = [], rows = flagRows();
  const clear = (x, x0, x1, row) => placed.every((p) => !(p.row === row && x0 < p.x1 + 2 && x1 > p.x0 + 1) &&
    !(p.row >= row && p.x > x0 && p.x < x1) && !(row > p.row && x > p.x0 && x < p.x1));
  const shown = events.filter((e) => e.i >= view.a - 0.5 && e.i < view.b && e.i >= 0).sort((a, b) => b.i - a.i);
  for (const e of shown) {
    const x = Math.round(g.x(e.i)) + 0.5;
    const full = short(e.title, 26), number = String(e.number), edge = x + c.measureText(full).width + 5 > g.width;
    search: for (const [text, side] of [[full, edge ? -1 : 1], [number, 1], [full, -1], [number, -1]]) for (let row = 0; row < rows; row++) {
      const w = c.measureText(text).width + 5, x0 = side > 0 ? x : x - w, x1 = x0 + w;
      if (x0 < 2 || x1 > g.width || !clear(x, x0, x1, row)) continue;
      placed.push({ x, x0, x1, row, text, side }); break search;
    }
  }
  for (const p of placed) {
    const y = floor - 10 - p.row * 16;
    c.strokeStyle = C.event; c.lineWidth = 1; c.beginPath(); c.moveTo(p.x, y - 7); c.lineTo(p.x, floor); c.stroke();
    c.textAlign = p.side > 0 ? "left" : "right"; c.fillStyle = C.event; c.fillText(p.text, p.x + 4 * p.side, y);
  }
}
function bitsPanel(title, value, threshold, colour, caption, name) {
  return { title, unit: "bits (log2 of the e-process)", height: 170, caption,
    legend: [["Evidence", colour, "line", (i) => name(S[value][i])], ["Threshold", "ink", "dash", (i) => name(S[threshold][i])]],
    draw(g) {
      context(g);
      const [lo, hi] = extent(g, S[value], S[threshold]), scale = linear(g, Math.min(lo, 0), hi + (hi - lo) * 0.05);
      axes(g, scale);
      inside(g, () => { trace(g, S[threshold], scale.y, C.ink, { dash: [5, 3], width: 1.1, step: true }); trace(g, S[value], scale.y, C[colour]); });
      return [[S[value], scale.y, colour]];
    } };
}
function scorePanel(same) {
  return { title: "Spectral score", unit: "0 to 1, no unit", height: 200,
    caption: "How tightly the graph hangs together: 0 means it falls apart, 1 means everything is tied equally to everything; the exact value is proved to lie inside the shaded interval." +
      (same ? " The evidence is counted from this score: above the dashed line it adds to an alarm." : ""),
    legend: [["Score", "line", "line", (i) => fixed(S.score[i], 4) + age(S.score_epoch, i)], ["Certified interval", "band", "box", (i) => fixed(S.score_lower[i], 4) + " to " + fixed(S.score_upper[i], 4)]].concat(same ? nullLegend() : []),
    draw(g) {
      context(g);
      const scale = linear(g, 0, Math.max(1, extent(g, S.score, S.score_upper)[1])); axes(g, scale);
      inside(g, () => { 
        band(g, S.score_lower, S.score_upper, scale.y, C.band, 0.16);
        if (same) nullMean(g, scale.y);
        trace(g, S.score, scale.y, C.line);
      });
      return [[S.score, scale.y, "line"]];
    } };
}
const age = (epochs, i) => epochs[i] < S.epoch[i] ? ", of epoch " + whole(epochs[i]) + " (" + plural(S.epoch[i] - epochs[i], "tick") + " old)" : "";

function linePanel(title, unit, key, colour, caption, height, name, extra, fromZero) {
  return { title, unit, caption, height, legend: [[title, colour, "line", (i) => name(S[key][i])]].concat(extra ? nullLegend() : []),
    draw(g) {
      context(g);
      const [lo, hi] = extent(g, S[key]), scale = fromZero ? linear(g, 0, Math.max(2, hi * 1.05)) : linear(g, Math.min(lo, 0), Math.max(hi, 1));
      if (fromZero) scale.marks = scale.marks.filter((v) => v === Math.round(v));
      axes(g, scale);
      inside(g, () => { if (extra) extra(g, scale.y); trace(g, S[key], scale.y, C[colour]); });
      return [[S[key], scale.y, colour]];
    } };
}
function cutPanel() {
  let log = false;
  return { title: "Weight of the lightest cut", unit: "units of edge weight", height: 180,
    caption: "The least total weight of edges that must be cut to split the graph in two: low means that some part hangs by a thread, 0 that the graph is already in pieces.",
    legend: [["Cut value", "line", "line", (i) => figures(S.cut_value[i]) + age(S.cut_epoch, i)], ["Pieces", "ink", "", (i) => whole(S.cut_components[i])]],
    tools: [["Linear", "Log"], () => log ? 1 : 0, (k) => { log = k === 1; }],
    draw(g) {
      context(g);
      const positive = log ? S.cut_value.map((v) => v > 0 ? v : NaN) : S.cut_value;
      const [lo, hi] = extent(g, positive), scale = log ? logarithmic(g, lo, hi) : linear(g, 0, hi * 1.05); axes(g, scale);
      inside(g, () => trace(g, S.cut_value, scale.y, C.line));
      return [[S.cut_value, scale.y, "line"]];
    } };
}
function workPanel() {
  let most = 0; for (let i = 0; i < n; i++) if (total[i] > most) most = total[i];
  let whole_budget = !B.total || most > B.total / 4;
  return { title: "Work by phase", unit: "work units a tick", height: 190,
    caption: "How much of its fixed allowance each tick spent, phase by phase from the bottom up; a phase that runs out stops at a defined point and the receipt says so.",
    legend: PHASES.map((p, k) => [p, p, "box", (i) => whole(work[k][i])]).concat([["Total", "ink", "", (i) => whole(total[i]) + (B.total ? " of " + whole(B.total) : "")]]),
    tools: B.total ? [["Whole budget", "What was used"], () => whole_budget ? 0 : 1, (k) => { whole_budget = k === 0; }] : null,
    draw(g) {
      context(g);
      const hi = extent(g, total)[1], scale = linear(g, 0, whole_budget && B.total ? Math.max(hi, B.total) * 1.06 : hi * 1.08); axes(g, scale);
      const painted = (x, w, a, b) => {
        // A column shows its dearest tick whole: a stack that really happened.
        let top = a; for (let i = a; i < b; i++) if (total[i] > total[top] || total[top] !== total[top]) top = i;
        let sum = 0;
        PHASES.forEach((p, k) => {
          const v = work[k][top]; if (!(v > 0)) return;
          g.c.fillStyle = C[p]; const y0 = scale.y(sum), y1 = scale.y(sum += v); g.c.fillRect(x, y1, w, y0 - y1);
        });
      };
      inside(g, () => { columns(g, painted); if (B.total && whole_budget) level(g, B.total, scale.y, C.ink, "total budget " + whole(B.total)); });
      if (B.total && !whole_budget) { g.c.textAlign = "right"; halo(g, "total budget " + whole(B.total) + ", above this axis", g.right - 4, g.top + 6, C.ink); }
      return [];
    } };
}
function meterPanel() {
  return { title: "Meter", unit: "metered instructions a tick", height: 130,
    caption: "The count of work that sealing built into the module itself: it is the same on every engine and every machine.",
    legend: [["Meter", "second", "line", (i) => whole(S.meter[i])], ["Limit", "ink", "dash", () => whole(B.meter == null ? NaN : B.meter)]],
    draw(g) {
      context(g);
      const hi = extent(g, S.meter)[1], near = B.meter && hi > B.meter / 4, scale = linear(g, 0, (near ? Math.max(hi, B.meter) : hi) * 1.08); axes(g, scale);
      inside(g, () => { trace(g, S.meter, scale.y, C.second); if (near) level(g, B.meter, scale.y, C.ink, "limit " + whole(B.meter)); });
      if (B.meter && !near) { g.c.textAlign = "right"; halo(g, "limit " + whole(B.meter) + ", above this axis", g.right - 4, g.top + 6, C.ink); }
      return [[S.meter, scale.y, "second"]];
    } };
}
const BAD = ["partial", "trapped", "exhausted", "denied"];
function outcomePanel() {
  const lanes = BAD.filter((kind) => (T.outcome || []).includes(kind)).map((kind) => [kind, (i) => T.outcome[i] === kind]);
  if (S.refused.some((v) => v > 0)) lanes.push(["refused", (i) => S.refused[i] > 0]);
  return { title: "Ticks that did not end done", unit: "one mark a tick", height: lanes.length ? lanes.length * 20 + 34 : 0,
    caption: lanes.length ? "Every outcome leaves a receipt: a phase that ran out of budget, a trap, a spent meter, a denied step, or an input delta that was refused."
      : "Every tick ended done, and no input delta was refused.",
    legend: lanes.length ? [["Outcome", "ink", "", outcome], ["Refused deltas", "ink", "", (i) => whole(S.refused[i])], ["Detail", "ink", "", (i) => short((T.detail || [])[i] || "–", 60)]] : [],
    draw(g) {
      const c = g.c; context(g); axes(g, null); c.textAlign = "right"; c.fillStyle = C.soft;
      lanes.forEach(([name], k) => { c.fillText(name, g.left - 5, g.top + 10 + k * 20); });
      columns(g, (x, w, a, b) => lanes.forEach(([, test], k) => {
        for (let i = a; i < b; i++) if (test(i)) { c.fillStyle = C.ink; c.globalAlpha = 0.8; c.fillRect(x, g.top + 3 + k * 20, Math.max(1, w), 14); c.globalAlpha = 1; break; }
      }));
      return [];
    } };
}

// ------------------------------------------------------ mounting the charts

function legendShape(colour, shape) {
  if (!shape) return null;
  const stroke = "stroke:var(--" + colour + ");stroke-width:2.5" + (shape === "dash" ? ";stroke-dasharray:5 3" : "");
  return svg("svg", { viewBox: "0 0 18 10", "aria-hidden": "true" }, shape === "box" ? svg("rect", { x: 4, y: 0, width: 10, height: 10, style: "fill:var(--" + colour + ")" + (colour === "band" ? ";opacity:.45" : "") })
    : svg("line", { x1: 0, x2: 18, y1: 5, y2: 5, style: stroke }));
}
function mount(box, p) {
  p.values = p.legend.map(() => el("b", {}));
  p.canvas = el("canvas", { "aria-hidden": "true" });
  p.over = el("canvas", { class: "over", tabindex: "0", role: "slider", "aria-label": p.title + ", " + p.unit, "aria-valuemin": 1, "aria-valuemax": n });
  let tools = null;
  if (p.tools) {
    const [names, get, set] = p.tools;
    const buttons = names.map((name, k) => el("button", { type: "button", "aria-pressed": String(get() === k), onclick() {
      set(k); buttons.forEach((b, j) => b.setAttribute("aria-pressed", String(j === k))); schedule();
    } }, name));
    tools = el("div", { class: "tools", role: "group", "aria-label": "Scale of " + p.title }, buttons);
  }
  const figure = el("figure", {}, el("div", { class: "head" }, el("h3", {}, p.title), el("span", { class: "unit" }, p.unit), tools), el("figcaption", {}, p.caption));
  if (p.height) {
    figure.append(el("div", { class: "legend" }, p.legend.map(([name, colour, shape], k) => el("span", {}, legendShape(colour, shape), name + " ", p.values[k]))),
      el("div", { class: "plot" }, p.canvas, p.over));
    listen(p); panels.push(p);
  }
  box.append(figure);
  return figure;
}
// While the view moves only charts near the window are drawn; the others follow
// when it rests. Paper has no window, so a print draws them all at once.
let resting = 0;
function drawPanel(p) {
  if (p.stale) { const g = frame(p.canvas, p.height); p.points = p.draw(g) || []; p.box = g; p.stale = false; }
  drawCrosshair(p);
}
function drawAll(everywhere) {
  for (const p of panels) { p.stale = true; if (p.seen || everywhere) drawPanel(p); }
  clearTimeout(resting);
  resting = setTimeout(() => { for (const p of panels) if (p.stale) drawPanel(p); }, 160);
  drawBrush();
  const a = Math.max(0, Math.floor(view.a)), b = Math.min(n - 1, Math.ceil(view.b) - 1), all = view.b - view.a >= n;
  consoleRange.textContent = all ? "All " + plural(n, "tick") : plural(b - a + 1, "tick") + " of " + whole(n) + ", " + label(a) + " to " + label(b);
  resetButton.disabled = all;
}
function drawCrosshair(p) {
  const g = frame(p.over, p.height), c = g.c, x = Math.round(g.x(cursor)) + 0.5, top = p.box.top;
  if (drag && drag.zoom) { c.fillStyle = C.link; c.globalAlpha = 0.15; c.fillRect(Math.min(drag.x0, drag.x), top, Math.abs(drag.x - drag.x0), g.bottom - top); c.globalAlpha = 1; }
  c.strokeStyle = C.soft; c.lineWidth = 1; c.beginPath(); c.moveTo(x, top); c.lineTo(x, g.bottom); c.stroke();
  for (const [s, y, colour] of p.points) if (s[cursor] === s[cursor]) {
    c.beginPath(); c.arc(x, y(s[cursor]), 3.2, 0, 7); c.fillStyle = C[colour]; c.fill(); c.strokeStyle = C.paper; c.lineWidth = 1.2; c.stroke();
  }
  p.legend.forEach(([, , , value], k) => { p.values[k].textContent = value(cursor); });
  p.over.setAttribute("aria-valuenow", cursor + 1);
  if (p.over === document.activeElement) p.over.setAttribute("aria-valuetext", label(cursor) + ": " + p.legend.map(([name], k) => name + " " + p.values[k].textContent).join(", "));
}
function drawOver() {
  for (const p of panels) if (p.seen) drawPanel(p);
  const size = S.vertices[cursor] === S.vertices[cursor] ? " · " + (S.vertices[cursor] === 1 ? "1 vertex" : whole(S.vertices[cursor]) + " vertices") + ", " + plural(S.edges[cursor], "edge") : "";
  consoleAt.replaceChildren(el("b", {}, label(cursor)), " · epoch " + whole(S.epoch[cursor]) + " · " + (DECISIONS[S.decision[cursor]] || "no decision").toLowerCase() +
    (outcome(cursor) === "done" ? "" : " · " + outcome(cursor)) + size);
}

// Pointer: hover or touch moves the crosshair, a mouse drag zooms, a double
// click resets. Touch never zooms, so that a page can be scrolled with a thumb.
function listen(p) {
  const tickAt = (event) => { const r = p.over.getBoundingClientRect(); return Math.floor(view.a + (event.clientX - r.left - GUTTER.left) / (r.width - GUTTER.left - GUTTER.right) * (view.b - view.a)); };
  const clamp = (event) => { const r = p.over.getBoundingClientRect(); return Math.max(GUTTER.left, Math.min(r.width - GUTTER.right, event.clientX - r.left)); };
  const inView = (i) => Math.max(Math.ceil(view.a - 0.5), Math.min(Math.floor(view.b - 0.5), i));
  p.over.addEventListener("pointerdown", (event) => {
    drawPanel(p); setCursor(inView(tickAt(event)));
    if (event.pointerType === "mouse" && event.button === 0) { drag = { x0: clamp(event), x: clamp(event), zoom: false, from: view.a + (clamp(event) - GUTTER.left) / p.box.pixels }; p.over.setPointerCapture(event.pointerId); }
  });
  p.over.addEventListener("pointermove", (event) => {
    if (drag) { drag.x = clamp(event); drag.zoom = drag.zoom || Math.abs(drag.x - drag.x0) > 5; }
    setCursor(inView(tickAt(event)));
  });
  p.over.addEventListener("pointerup", () => {
    if (drag && drag.zoom) { const to = view.a + (drag.x - GUTTER.left) / p.box.pixels; setView(Math.min(drag.from, to), Math.max(drag.from, to)); }
    drag = null; schedule("over");
  });
  p.over.addEventListener("pointercancel", () => { drag = null; schedule("over"); });
  p.over.addEventListener("dblclick", () => setView(0, n));
  p.over.addEventListener("keydown", keys);
}
function zoom(factor) {
  const keep = (cursor + 0.5 - view.a) / (view.b - view.a), wide = Math.max(Math.min(n, 5), (view.b - view.a) * factor);
  setView(cursor + 0.5 - keep * wide, cursor + 0.5 + (1 - keep) * wide);
}
function keys(event) {
  const wide = view.b - view.a, leap = event.shiftKey ? Math.max(1, Math.round(wide / 20)) : 1;
  const acts = { ArrowLeft: () => setCursor(cursor - leap), ArrowRight: () => setCursor(cursor + leap), Home: () => setCursor(0), End: () => setCursor(n - 1),
    PageUp: () => setCursor(cursor - Math.round(wide / 2)), PageDown: () => setCursor(cursor + Math.round(wide / 2)),
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": () => setView(0, n), Escape: () => setView(0, n) };
  if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
  event.preventDefault(); acts[event.key]();
}

// ---------------------------------------------------------- the range brush

const BRUSH_HEIGHT = 42;
function drawBrush() {
  if (brush.key !== C.paper) drawBrushBase();
  const g = frame(brush.canvas, BRUSH_HEIGHT), c = g.c;
  const x0 = g.left + view.a / n * (g.right - g.left), x1 = g.left + view.b / n * (g.right - g.left);
  c.fillStyle = C.paper; c.globalAlpha = 0.72; c.fillRect(g.left, 4, x0 - g.left, 34); c.fillRect(x1, 4, g.right - x1, 34); c.globalAlpha = 1;
  c.strokeStyle = C.soft; c.lineWidth = 1; c.strokeRect(Math.round(x0) + 0.5, 4.5, Math.max(2, Math.round(x1 - x0) - 1), 33);
  [[brush.start, x0, view.a], [brush.end, x1, view.b - 1]].forEach(([h, x, v]) => {
    const i = Math.max(0, Math.min(n - 1, Math.round(v)));
    h.style.left = x + "px"; h.setAttribute("aria-valuenow", i + 1); h.setAttribute("aria-valuetext", label(i));
  });
}
// The whole record does not change while the view moves over it, so it has a
// canvas of its own, drawn again only for a new width or new colours.
function drawBrushBase() {
  const keep = { ...view }; view.a = 0; view.b = n;
  const g = frame(brush.base, BRUSH_HEIGHT), s = has(S.score) ? S.score : total, [lo, hi] = extent(g, s);
  g.top = 6; g.bottom = 36;
  g.c.fillStyle = C.shade; g.c.fillRect(g.left, 4, g.right - g.left, 34);
  context(g);
  if (hi >= lo) trace(g, s, (v) => 34 - (v - lo) / (hi - lo || 1) * 26, C.line, { width: 1 });
  view.a = keep.a; view.b = keep.b; brush.key = C.paper;
}
function mountBrush(box) {
  const handle = (name, move) => {
    const node = el("div", { role: "slider", tabindex: "0", "aria-label": name, "aria-valuemin": 1, "aria-valuemax": n });
    node.addEventListener("keydown", (event) => {
      const step = Math.max(1, Math.round((view.b - view.a) / (event.shiftKey ? 10 : 100)));
      if (event.key === "ArrowLeft") move(-step); else if (event.key === "ArrowRight") move(step); else return keys(event);
      event.preventDefault();
    });
    return node;
  };
  const least = Math.min(n, 5);
  brush = { key: "", base: el("canvas", { class: "base", "aria-hidden": "true" }), canvas: el("canvas", { "aria-hidden": "true" }),
    start: handle("Start of the range shown", (by) => setView(Math.max(0, Math.min(view.a + by, view.b - least)), view.b)),
    end: handle("End of the range shown", (by) => setView(view.a, Math.min(n, Math.max(view.b + by, view.a + least)))) };
  const node = el("div", { class: "brush" }, brush.base, brush.canvas, brush.start, brush.end);
  const at = (event) => { const r = brush.canvas.getBoundingClientRect(); return Math.max(0, Math.min(n, (event.clientX - r.left - GUTTER.left) / (r.width - GUTTER.left - GUTTER.right) * n)); };
  let grip = null;
  node.addEventListener("pointerdown", (event) => {
    const v = at(event), whole_range = view.b - view.a >= n;
    grip = event.target === brush.start ? { fixed: view.b } : event.target === brush.end ? { fixed: view.a }
      : !whole_range && v > view.a && v < view.b ? { pan: v, a: view.a, b: view.b } : { fixed: v };
    node.setPointerCapture(event.pointerId); event.preventDefault();
    if (event.target !== brush.canvas) event.target.focus();
  });
  node.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const v = at(event);
    if (grip.pan != null) { const by = Math.max(-grip.a, Math.min(n - grip.b, v - grip.pan)); setView(grip.a + by, grip.b + by); }
    else if (Math.abs(v - grip.fixed) > n / 400) setView(Math.min(v, grip.fixed), Math.max(v, grip.fixed));
  });
  const done = () => { grip = null; };
  node.addEventListener("pointerup", done); node.addEventListener("pointercancel", done);
  node.addEventListener("dblclick", () => setView(0, n));
  box.append(node);
}
function drawCharts() {
  const box = $("charts");
  if (!n) { box.remove(); return; }
  consoleAt = el("div", { class: "at", role: "status" }); consoleRange = el("span", { class: "soft small" });
  resetButton = el("button", { type: "button", onclick: () => setView(0, n) }, "Reset");
  const jump = (way) => () => {
    const middle = (view.a + view.b) / 2, all = view.b - view.a >= n, centre = (e) => (e.a + e.b + 1) / 2;
    const e = way > 0 ? episodes.find((x) => all || centre(x) > middle + 0.5) : episodes.filter((x) => all || centre(x) < middle - 0.5).pop();
    if (e) { const pad = Math.max(20, e.b - e.a); setView(e.a - pad, e.b + 1 + pad); setCursor(e.a); }
  };
  const step = (words, way, title) => el("button", { type: "button", title, "aria-label": title, onclick: jump(way) }, words);
  const bar = el("div", { class: "console" }, el("div", { class: "row" }, consoleAt, consoleRange,
    episodes.length ? [step("‹ alarm", -1, "Previous alarm episode"), step("alarm ›", 1, "Next alarm episode")] : null, resetButton));
  box.append(el("h2", {}, "Over time"), el("p", { class: "soft" }, "All charts share one time axis. Point at a chart to read one tick in all of them; drag across a chart or the strip below to zoom. " +
    "From the keyboard: arrows move, Shift takes larger steps, plus and minus zoom, Escape shows everything."), bar);
  mountBrush(bar);
  for (const p of definePanels()) {
    const figure = mount(box, p);
    if (p.title === "Work by phase") figure.append(budgetTable());
  }
  drawOutcomeTable(box);
  new ResizeObserver(() => { brush.key = ""; schedule(); }).observe(box);
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) { const p = panels.find((q) => q.over === entry.target); p.seen = entry.isIntersecting; if (p.seen) drawPanel(p); }
  }, { rootMargin: "120px" });
  for (const p of panels) watch.observe(p.over);
}
function budgetTable() {
  const rows = PHASES.map((p, k) => [p, work[k], B[p]]).concat([["all phases", total, B.total], ["meter", S.meter, B.meter]]).map(([name, s, limit]) => {
    const sorted = s.filter((v) => v === v).sort(), at = (q) => sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] : NaN, most = at(1);
    const bar = el("meter-bar", { "aria-hidden": "true" }, el("i", { style: "width:" + Math.min(100, 100 * most / limit || 0) + "%;background:var(--" + (PHASES.includes(name) ? name : "soft") + ")" }));
    return [name, whole(limit == null ? NaN : limit), whole(at(0.5)), whole(at(0.99)), whole(most), limit && most === most ? share(most, limit) : "–", bar];
  });
  return el("details", {}, el("summary", {}, "Use against each budget, in figures"), table("Budget use over the whole record", "Half of all ticks used no more than the median; one in a hundred used more than the 99th percentile.",
    [["Phase", "k"], ["Budget", "n"], ["Median", "n"], ["99th percentile", "n"], ["Largest", "n"], ["Largest / budget", "n"], ["", ""]], rows));
}
// Equal neighbours are one row, and rows come by the hundred: a journal with
// forty thousand partial ticks must still open at once.
function drawOutcomeTable(box) {
  const runs = []; let open = null;
  for (let i = 0; i < n; i++) {
    const kind = outcome(i), detail = (T.detail || [])[i] || "";
    if (kind === "done") { open = null; continue; }
    if (open && open.kind === kind && open.detail === detail) { open.b = i; continue; }
    runs.push(open = { kind, detail, a: i, b: i });
  }
  const ticks = (r) => r.a === r.b ? [label(r.a), whole(S.epoch[r.a])] : [label(r.a) + " to " + label(r.b), whole(S.epoch[r.a]) + "–" + whole(S.epoch[r.b])];
  if (runs.length) box.append(pages("Outcomes other than done", [["Tick", ""], ["Epoch", "n"], ["Ticks", "n"], ["Outcome", "k"], ["Detail", ""], ["", ""]], runs,
    (r) => [...ticks(r), whole(r.b - r.a + 1), r.kind, r.detail || "–", showButton(r.a, r.b, "Show epoch " + S.epoch[r.a] + " in the charts")]));
  const refusals = D.refusals || [];
  if (refusals.length) box.append(pages("Refused deltas", [["Epoch", "n"], ["Delta", "n"], ["Code", "n"], ["Reason", ""]], refusals, (r) => [whole(r.epoch), whole(r.index), String(r.code), String(r.reason)]));
}
function pages(caption, heads, items, row) {
  const node = table(caption, plural(items.length, "row"), heads, items.slice(0, 30).map(row), true), body = node.querySelector("tbody");
  let shown = Math.min(30, items.length);
  const more = el("button", { type: "button", onclick() {
    for (const item of items.slice(shown, shown + 500)) body.append(el("tr", {}, row(item).map((cell, k) => el("td", { class: heads[k][1] }, cell))));
    shown = Math.min(items.length, shown + 500); say();
  } });
  const say = () => { more.textContent = "Show more (" + whole(items.length - shown) + " left)"; more.hidden = shown >= items.length; };
  say();
  return el("div", { style: "margin-top:26px" }, node, more);
}

// --------------------------------------------------------- the graph at a tick

const vertexName = (id) => (D.vertex_names && D.vertex_names[id] != null) ? String(D.vertex_names[id]) : "vertex " + id;
// Where every tick is a day, the time of day is left out.
const midnights = n > 0 && (T.label || []).every((text) => /T00:00(:00)?Z$/.test(text));
const when = (text) => midnights ? String(text).slice(0, 10) : String(text);
const shortName = (id) => (D.vertex_names && D.vertex_names[id] != null) ? short(D.vertex_names[id], 18) : String(id);
function names(ids, most, all) {
  const shown = ids.slice(0, most).map(vertexName), left = (all || ids.length) - shown.length;
  if (left > 0) shown.push(whole(left) + " more");
  return shown.length < 2 ? shown.join("") : shown.slice(0, -1).join(", ") + " and " + shown[shown.length - 1];
}
function drawGraphs() {
  const box = $("graphs"), graphs = D.graphs || [];
  if (!graphs.length) { box.remove(); return; }
  const drawing = el("div", { class: "drawing" }); let at = 0, drawnFor = 0;
  const choose = (k) => { at = k; drawnFor = drawing.clientWidth || 600; drawing.replaceChildren(...graphView(graphs[k], drawnFor)); };
  const title = (g) => when(g.label || "epoch " + g.epoch);
  // #graph=LABEL opens the page on one of the drawings.
  const wanted = Math.max(0, graphs.findIndex((g) => g.label === hash.get("graph") || title(g) === hash.get("graph") || String(g.epoch) === hash.get("graph")));
  const buttons = graphs.map((g, k) => el("button", { type: "button", "aria-pressed": String(k === 0), onclick() { buttons.forEach((b, j) => b.setAttribute("aria-pressed", String(j === k))); choose(k); } }, title(g)));
  const chooser = graphs.length < 2 ? null : el("div", { class: "chooser", role: "group", "aria-label": "Tick to draw" }, graphs.length <= 12 ? buttons
    : el("select", { "aria-label": "Tick to draw", onchange(e) { choose(+e.target.value); } }, graphs.map((g, k) => el("option", { value: k, selected: k === wanted }, title(g)))));
  box.append(el("h2", {}, "The graph at a tick"), el("p", { class: "soft" }, "Each circle is a vertex, each line an edge, darker where the weight is greater. The lightest cut separates left from right; its edges are drawn in colour."), chooser || "", drawing);
  drawSpells(box);
  new ResizeObserver(() => { if (Math.abs(drawing.clientWidth - drawnFor) > 40) choose(at); }).observe(drawing);
  buttons.forEach((b, j) => b.setAttribute("aria-pressed", String(j === wanted)));
  choose(wanted);
}
// Which cut held, and for how long.
function drawSpells(box) {
  const spells = D.spells || [];
  if (spells.length < 2 && !(spells[0] && spells[0].apart)) return;
  const value = (s) => s.least === s.greatest ? figures(s.least) : figures(s.least) + " to " + figures(s.greatest);
  const off = (s) => s.apart ? "in pieces" : s.small_side === 0 ? "nothing to cut" : names(s.named, 6, s.small_side);
  const longest = spells.slice().sort((a, b) => (b.last.epoch - b.first.epoch) - (a.last.epoch - a.first.epoch) || a.first.epoch - b.first.epoch);
  box.append(el("details", {}, el("summary", {}, "Which vertices the lightest cut took off, and for how long (" + whole(spells.length) + (D.more_spells ? " and " + whole(D.more_spells) + " later ones that are not listed" : "") + ")"),
    pages("The same vertices cut off, longest first", [["From", "k"], ["To", "k"], ["Ticks", "n"], ["Cut off", ""], ["Weight of the cut", "n"]], longest,
      (s) => [when(s.first.label || String(s.first.epoch)), when(s.last.label || String(s.last.epoch)), whole(s.last.epoch - s.first.epoch + 1), off(s), value(s)])));
}
function graphView(graph, width) {
  // The smaller side goes left, where reading begins; of a graph in pieces, all but the largest.
  const all = graph.vertices || [], small = graph.small_side || [], isSmall = new Set(small), large = all.filter((v) => !isSmall.has(v));
  const edges = graph.edges || [], crossing = graph.crossing || [];
  const where = when(graph.label || "epoch " + graph.epoch) + ", epoch " + whole(graph.epoch) + ": " + (all.length === 1 ? "1 vertex" : whole(all.length) + " vertices") + ", " + plural(edges.length, "edge");
  const parts = [el("p", { class: "said" }, cutWords(graph, small, large)), el("p", { class: "soft small" }, where + (graph.core && graph.core !== "all" ? "; the cut is taken within the declared core (" + graph.core + ")" : "")
    + (graph.stale ? "; this is the graph of epoch " + whole(graph.graph_epoch) + ": the cut of a later one was not through yet" : ""))];
  if (!all.length) return parts;
  parts.push(cutFacts(graph));
  const heard = el("p", { class: "heard", role: "status" }, "Point at a vertex to see its edges alone.");
  parts.push(graphDrawing({ all, small, large, isSmall, edges, crossing }, width, heard), heard);
  if (crossing.length) parts.push(el("details", {}, el("summary", {}, "Edges of the cut, heaviest first (" + whole(crossing.length) + ")"),
    pages("Edges of the cut", [["From", ""], ["To", ""], ["Weight", "n"]], crossing, ([u, v, w]) => [vertexName(u), vertexName(v), figures(w)])));
  const apart = (graph.pieces || []).length > 1, groups = (apart ? graph.pieces : graph.atoms) || [];
  if (groups.length > 1 || apart) parts.push(el("details", {}, el("summary", {}, (apart ? "Pieces, largest first (" : "Groups that no minimum cut divides, largest first (") + whole(groups.length) + ")"),
    el("ul", { class: "notes" }, groups.slice(0, 60).map((a) => el("li", {}, (a.length > 1 ? whole(a.length) + ": " : "") + names(a, 30))), groups.length > 60 ? el("li", {}, "and " + whole(groups.length - 60) + " more") : null)));
  return parts;
}
// Since when, how near the next cut comes, and how much hangs on this one.
function cutFacts(graph) {
  const facts = [], next = graph.next || {}, apart = (graph.pieces || []).length > 1;
  const fact = (name, value, more) => facts.push(el("div", {}, el("dt", {}, name), el("dd", {}, el("span", {}, value, more ? el("span", { class: "soft small", style: "display:block" }, more) : ""))));
  const span = (since) => when(since.label || "epoch " + whole(since.epoch)) + ", " + plural(graph.epoch - since.epoch + 1, "tick");
  if ((graph.vertices || []).length < 2) return "";
  const split = graph.split_since, same = graph.hash_since;
  if (split) fact(apart ? "In pieces since" : "The same vertices are cut off since", span(split), same && same.epoch !== split.epoch ? "under the same cut hash since " + span(same) : "under the same cut hash");
  const most = next.kind === "exact" ? "" : "at most ", stopped = next.kind === "exact" ? "" : "; the search for a lighter one was stopped at its limit";
  if (next.value == null) fact("Next-best cut", next.kind === "none" ? "none" : "not known", next.kind === "none" ? "minimum cuts part every vertex from every other" : "the search was stopped at its limit");
  else fact(apart ? "Lightest cut of a piece" : "Next-best cut", most + figures(next.value) + (apart ? "" : " (" + (next.value < 2 * graph.value ? share(next.value - graph.value, graph.value) + " more" : fixed(next.value / graph.value, 1) + " times as much") + ")"), "parts " + names(next.side || [], 6) + " from the rest" + (apart ? " of its piece" : "") + stopped);
  if (!apart && graph.weight_share != null) fact("The small side has", share(graph.weight_share, 1) + " of all weight", "its conductance is " + fixed(graph.conductance, 4) + ": " + (graph.conductance > 0.9999 ? "nothing but the cut holds it" : "near 0 it is a world of its own, at 1 nothing but the cut holds it"));
  return el("dl", { class: "facts" }, facts);
}
function cutWords(graph, small, large) {
  const everyone = small.length + large.length, atoms = (graph.atoms || []).length, what = graph.core && graph.core !== "all" ? "core" : "graph";
  if (everyone < 2) return "The " + what + (everyone ? " has a single vertex" : " is empty") + ": there is nothing to split.";
  const rest = large.length === 1 ? "the one other vertex" : "the other " + whole(large.length) + " vertices";
  const pieces = (graph.pieces || []).length;
  if (pieces > 1) return "This " + what + " is already in " + whole(pieces) + " pieces: splitting it costs nothing. The largest has " + (large.length === 1 ? "1 vertex" : whole(large.length) + " vertices") + "; apart from it, drawn on the left: " + names(small, 12) + ".";
  const family = graph.family == null ? "There are more minimum cuts than the gate counts" : graph.family === 1 ? "It is the only minimum cut" : "It is one of " + whole(graph.family) + " minimum cuts";
  return "The lightest way to split this " + what + " in two costs " + figures(graph.value) + " and separates " + names(small, 12) + " from " + rest + ". " + family +
    (atoms && graph.family !== 1 ? "; the minimum cuts together leave " + plural(atoms, "group") + " that none of them divides." : ".");
}
function graphDrawing(g, width, heard) {
  const W = Math.max(320, Math.min(1124, width)), H = Math.round(Math.max(340, Math.min(600, W * 0.5))), label_all = g.all.length <= 70;
  // A few very heavy edges must not make all others invisible: then darkness is full from the heaviest tenth on.
  const sorted = g.edges.map((e) => e[2]).sort((a, b) => a - b), most = sorted[sorted.length - 1] || 1, tenth = sorted[Math.floor(sorted.length * 0.9)] || 1;
  const weight = most > 4 * tenth ? tenth : most;
  const part = Math.max(0.2, Math.min(0.5, Math.sqrt(g.small.length) / (Math.sqrt(g.small.length) + Math.sqrt(g.large.length)))), gap = Math.min(90, W * 0.1);
  const at = new Map(), usable = W - gap, pad = 34;
  placeSide(g.small, g.edges, { x0: 20, x1: part * usable, y0: pad, y1: H - pad }, at, -1);
  placeSide(g.large, g.edges, { x0: part * usable + gap, x1: W - 20, y0: pad, y1: H - pad }, at, 1);
  // Beyond this many lines a drawing is grey; the heaviest are kept, and it says so.
  const MOST = 5000, rest = g.edges.filter(([u, v]) => g.isSmall.has(u) === g.isSmall.has(v)).sort((a, b) => b[2] - a[2]), drawn = rest.slice(0, MOST);
  const faint = Math.min(1, 14 / Math.sqrt(drawn.length + 1));
  const lines = [], line = ([u, v, w], cut) => {
    const a = at.get(u), b = at.get(v); if (!a || !b) return;
    const heavy = Math.min(1, w / weight), node = svg("line", { x1: a.x.toFixed(1), y1: a.y.toFixed(1), x2: b.x.toFixed(1), y2: b.y.toFixed(1), style: (cut ? "stroke:var(--fail);stroke-opacity:" + (0.45 + 0.5 * heavy).toFixed(2) + ";stroke-width:" + (1 + 2 * heavy).toFixed(2)
      : "stroke:var(--soft);stroke-opacity:" + ((0.08 + 0.82 * Math.pow(heavy, 1.6)) * (0.35 + 0.65 * faint)).toFixed(3) + ";stroke-width:1.1") });
    lines.push([node, u, v, w]);
  };
  drawn.forEach((e) => line(e, false)); g.crossing.forEach((e) => line(e, true));
  const r = g.all.length <= 40 ? 7 : g.all.length <= 150 ? 5 : 3.2, dots = [], texts = [];
  for (const v of g.all) {
    const p = at.get(v), dot = svg("circle", { class: "v", cx: p.x.toFixed(1), cy: p.y.toFixed(1), r, style: "fill:var(--" + (g.isSmall.has(v) ? "fail" : "pass") + ")" });
    dot.append(svg("title", {}, vertexName(v))); dots.push([dot, v]);
  }
  texts.push(...vertexLabels(g, at, r, W, label_all));
  texts.push(...cutWeights(g, at, r, texts));
  const head = (x, anchor, words) => svg("text", { class: "side", x, y: 20, "text-anchor": anchor }, words);
  texts.push(head(20, "start", plural(g.small.length, W < 500 ? "v." : "vertex").replace(/(\d) vertex$/, (m, d) => g.small.length === 1 ? m : d + " vertices")), head(W - 20, "end", g.large.length === 1 ? "1 vertex" : whole(g.large.length) + " vertices"));
  if (rest.length > MOST) texts.push(svg("text", { class: "side", x: W / 2, y: H - 10, "text-anchor": "middle" }, "the " + whole(MOST) + " heaviest of " + whole(rest.length) + " other edges are drawn"));
  const root = svg("svg", { viewBox: "0 0 " + W + " " + H, role: "img", "aria-label": "Drawing of the graph with its lightest cut; the sentence above says the same in words." }, ...lines.map((l) => l[0]), ...dots.map((d) => d[0]), ...texts);
  const light = (v) => {
    for (const [node, a, b] of lines) node.classList.toggle("dim", v != null && a !== v && b !== v);
    if (v == null) { heard.textContent = "Point at a vertex to see its edges alone."; return; }
    const mine = g.edges.filter(([a, b]) => a === v || b === v), sum = mine.reduce((t, e) => t + e[2], 0);
    heard.textContent = vertexName(v) + ": " + plural(mine.length, "edge") + ", total weight " + figures(sum);
  };
  for (const [dot, v] of dots) { dot.addEventListener("pointerenter", () => light(v)); dot.addEventListener("pointerleave", () => light(null)); }
  return root;
}
// Names of the small side, then of the other ends of the cut, then of whoever has room: a name that would cover another stays
// out, and comes when one points at its vertex.
function vertexLabels(g, at, r, W, label_all) {
  const ends = [...new Set(g.crossing.slice(0, 12).map((e) => e[1]))], first = g.small.length <= 20 ? g.small : ends.length <= 20 ? g.crossing.slice(0, 12).map((e) => e[0]) : [];
  const degree = new Map(); for (const [u, v, w] of g.edges) { degree.set(u, (degree.get(u) || 0) + w); degree.set(v, (degree.get(v) || 0) + w); }
  const rest = label_all ? g.all.slice().sort((a, b) => (degree.get(b) || 0) - (degree.get(a) || 0)) : [], texts = [], taken = [], done = new Set();
  for (const v of [...first, ...ends, ...rest]) {
    if (done.has(v)) continue; done.add(v);
    const p = at.get(v), words = shortName(v), wide = words.length * 6.6; let spot = null;
    for (const [nx, ny] of [[p.nx, p.ny], [0, -1], [0, 1], [1, 0], [-1, 0]]) {
      const anchor = nx > 0.3 ? 0 : nx < -0.3 ? 1 : 0.5, x = Math.max(6, Math.min(W - 6 - wide, p.x + nx * (r + 5) - wide * anchor)), y = p.y + ny * (r + 7) + 4;
      const here = { x, y, box: [x, y - 11, x + wide, y + 4] };
      const covers = (o) => o[0] < here.box[2] && o[2] > here.box[0] && o[1] < here.box[3] && o[3] > here.box[1];
      if (y < 34 || covers([p.x - r + 2, p.y - r + 2, p.x + r - 2, p.y + r - 2]) || taken.some(covers)) continue;
      spot = here; break;
    }
    if (!spot) continue;
    taken.push(spot.box);
    texts.push(svg("text", { x: spot.x.toFixed(1), y: spot.y.toFixed(1), "text-anchor": "start", style: "paint-order:stroke;stroke:var(--panel);stroke-width:3px" }, words));
  }
  return texts;
}
// Each weight takes the first place along its edge where it covers neither a
// vertex nor another weight; one that finds none stays in the table alone.
function cutWeights(g, at, r, named) {
  const taken = g.all.map((v) => { const p = at.get(v); return [p.x - r, p.y - r, p.x + r, p.y + r]; }), texts = [];
  for (const t of named) {
    const x = +t.getAttribute("x"), y = +t.getAttribute("y"), wide = t.textContent.length * 7, anchor = t.getAttribute("text-anchor");
    const x0 = anchor === "start" ? x : anchor === "end" ? x - wide : x - wide / 2;
    taken.push([x0, y - 10, x0 + wide, y + 3]);
  }
  for (const [u, v, w] of g.crossing.slice(0, 40)) {
    const [p, q] = g.isSmall.has(u) ? [at.get(u), at.get(v)] : [at.get(v), at.get(u)], words = figures(+w.toPrecision(2)), half = words.length * 3.4 + 2;
    for (const t of [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8]) {
      const x = p.x + (q.x - p.x) * t, y = p.y + (q.y - p.y) * t, box = [x - half, y - 7, x + half, y + 7];
      if (taken.some((o) => o[0] < box[2] && o[2] > box[0] && o[1] < box[3] && o[3] > box[1])) continue;
      taken.push(box);
      texts.push(svg("text", { class: "w", x: x.toFixed(1), y: (y + 4).toFixed(1), "text-anchor": "middle" }, words));
      break;
    }
  }
  return texts;
}
// Dense sides go on a circle, where every edge can be followed; sparse ones are
// relaxed by forces. No randomness: the same graph is always drawn the same.
function placeSide(ids, edges, box, at, facing) {
  const count = ids.length, cx = (box.x0 + box.x1) / 2, cy = (box.y0 + box.y1) / 2, index = new Map(ids.map((v, k) => [v, k]));
  const mine = edges.filter(([u, v]) => index.has(u) && index.has(v)), dense = count <= 40 && mine.length > count * (count - 1) / 5;
  const rx = Math.max(20, (box.x1 - box.x0) / 2 - 46), ry = Math.max(20, (box.y1 - box.y0) / 2 - 14);
  if (count === 1) { at.set(ids[0], { x: cx, y: cy, nx: 0, ny: -1 }); return; }
  const x = new Float64Array(count), y = new Float64Array(count);
  const radius = dense || count <= 12 ? Math.min(rx * 1.25, ry) : 0;
  for (let k = 0; k < count; k++) {
    const angle = radius ? (k + 0.5) / count * 2 * Math.PI : k * 2.39996, spread = radius ? 1 : Math.sqrt((k + 0.5) / count);
    x[k] = Math.cos(angle) * spread * (radius ? Math.min(rx, radius) : rx); y[k] = Math.sin(angle) * spread * (radius || ry);
  }
  if (!radius && count <= 600) relax(x, y, mine.map(([u, v, w]) => [index.get(u), index.get(v), w]), rx, ry);
  ids.forEach((v, k) => { const d = Math.hypot(x[k], y[k]) || 1; at.set(v, { x: cx + x[k], y: cy + y[k], nx: radius ? x[k] / d : 0, ny: radius ? y[k] / d : -1, facing }); });
}
// Fruchterman and Reingold (1991) with a cooling step and a pull to the middle
// that keeps loose ends near; the result is then scaled to fill its box.
function relax(x, y, edges, rx, ry) {
  const count = x.length, k = 0.9 * Math.sqrt(4 * rx * ry / count), heaviest = edges.reduce((m, e) => Math.max(m, e[2]), 0) || 1;
  const dx = new Float64Array(count), dy = new Float64Array(count), rounds = count > 250 ? 140 : 260;
  for (let round = 0; round < rounds; round++) {
    for (let a = 0; a < count; a++) { dx[a] = -x[a] * 2.2 * k / rx; dy[a] = -y[a] * 2.2 * k / ry; }
    for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) {
      const ex = x[a] - x[b] || 0.01, ey = y[a] - y[b] || 0.01, f = k * k / (ex * ex + ey * ey);
      dx[a] += ex * f; dy[a] += ey * f; dx[b] -= ex * f; dy[b] -= ey * f;
    }
    for (const [a, b, w] of edges) {
      const ex = x[a] - x[b], ey = y[a] - y[b], f = Math.hypot(ex, ey) / k * (0.2 + 0.3 * w / heaviest);
      dx[a] -= ex * f; dy[a] -= ey * f; dx[b] += ex * f; dy[b] += ey * f;
    }
    const heat = 0.12 * rx * (1 - round / rounds) + 0.5;
    for (let a = 0; a < count; a++) { const d = Math.hypot(dx[a], dy[a]) || 1, m = Math.min(d, heat); x[a] += dx[a] / d * m; y[a] += dy[a] / d * m; }
  }
  for (const [values, half] of [[x, rx], [y, ry]]) {
    const lo = values.reduce((m, v) => Math.min(m, v), Infinity), hi = values.reduce((m, v) => Math.max(m, v), -Infinity);
    for (let a = 0; a < count; a++) values[a] = hi > lo ? ((values[a] - lo) / (hi - lo) * 2 - 1) * half : 0;
  }
}

// ------------------------------------------------------------------ the proof

function drawProof() {
  // These lines are copied into shells, so only a harmless file name is put in.
  const plain = /^[\w./ -]*$/.test(D.command || ""), file = (plain && /(?:^|\s)([\w./][\w./-]*\.journal)(?:\s|$)/.exec(D.command || "") || [])[1] || "run.journal";
  const line = (command, what) => [el("div", { class: "command" }, el("code", {}, command), copyButton(command, "command")), el("p", { class: "soft small" }, what)];
  $("proof").append(el("h2", {}, "How to check this page"),
    el("p", {}, "This page is a picture. The journal is the evidence: nothing here is signed, and a picture can be edited. To hold the journal to its word, run:"),
    ...line("avouch verify " + file + " --trust operator.pub", "Checks every signature and every link of the chain against the operator's public key. It runs nothing. The head it prints must equal the head at the top of this page."),
    ...line("avouch replay " + file + " --engine wasmi", "Runs every recorded input again on a second, independent engine and compares every body byte for byte; it names the first tick that differs."),
    ...line(plain && D.command || "avouch report " + file + " -o report.html", "Draws this page again from the journal."),
    el("h3", {}, "What this page does not prove"),
    el("ul", { class: "notes" }, ["It does not prove that the recorded inputs were true, only that these inputs lead to these decisions.",
      "It does not prove that the journal is complete after its last receipt: hold its head against a copy kept elsewhere.",
      "Names of vertices, known events and the engine are annexes: no receipt signs them.",
      "Lines are drawn from rounded numbers; the exact values stand in the receipts. See avouch inspect."].map((t) => el("li", {}, t))));
}

// -------------------------------------------------------------- light and dark

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  $("theme").textContent = dark ? "Light" : "Dark";
  const style = getComputedStyle(document.documentElement);
  for (const name of ["paper", "panel", "ink", "soft", "faint", "rule", "grid", "shade", "link", "fail", "pass", "unsure", "event", "line", "band", "null", "second", "sans", ...PHASES])
    C[name] = style.getPropertyValue("--" + name).trim();
}
const hash = new URLSearchParams(location.hash.slice(1)), system = matchMedia("(prefers-color-scheme: dark)");
let chosen = hash.has("dark") ? true : hash.has("light") ? false : null;
const isDark = () => chosen == null ? system.matches : chosen;
function redraw(everywhere) { if (panels.length) { drawAll(everywhere); drawOver(); } }
$("theme").addEventListener("click", () => { chosen = !isDark(); setTheme(chosen); redraw(); });
system.addEventListener("change", () => { setTheme(isDark()); redraw(); });
// Paper is white: charts are drawn again in light colours for the printer.
window.addEventListener("beforeprint", () => { printing = true; setTheme(false); document.querySelectorAll("details").forEach((d) => { d.dataset.was = d.open ? "1" : ""; d.open = true; }); redraw(true); });
window.addEventListener("afterprint", () => { printing = false; setTheme(isDark()); document.querySelectorAll("details").forEach((d) => { d.open = d.dataset.was === "1"; }); redraw(); });

setTheme(isDark());
drawIdentity();
drawSummary();
drawCharts();
drawGraphs();
drawProof();
// #from=LABEL&to=LABEL opens the page on a range, so that a finding can be linked to.
if (n && (hash.has("from") || hash.has("to"))) {
  const a = hash.has("from") ? indexOfEvent(hash.get("from")) : 0, b = hash.has("to") ? indexOfEvent(hash.get("to")) : n - 1;
  if (a >= 0 && b >= a) { setView(a, b + 1); setCursor(a); }
}
redraw();
})();
