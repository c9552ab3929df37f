// The agent's desk: marks what was recognised, keeps what is typed, and lets calls come to the page.
"use strict";
(() => {
const part = (id) => document.getElementById(id);
const desk = () => part("desk");
const said = part("words").dataset;
const SETTLED = 250, PAUSED = 1000, SAVED = 3000, POLLED = 3000, RETRIED = 30000, LOOKS = 30;
const WRITTEN = ["text", "answer", "sentence", "plate", "parked", "moved", "reference", "requester.name", "requester.phone", "requester.address", "requester.email"];
document.documentElement.classList.add("js");

// The words in the text that decided are marked behind it, letter for letter.
let marks = [], marked = "", sent = "";

function shifted(was, is) {
  const most = Math.min(was.length, is.length);
  let head = 0, tail = 0;
  while (head < most && was[head] === is[head]) head += 1;
  while (tail < most - head && was[was.length - 1 - tail] === is[is.length - 1 - tail]) tail += 1;
  const grown = is.length - was.length, end = was.length - tail;
  return marks.flatMap(([from, to, tone]) =>
    to <= head ? [[from, to, tone]] : from >= end ? [[from + grown, to + grown, tone]] : []);
}

function paint() {
  const text = part("text"), behind = part("marks"), words = text.value;
  marks = shifted(marked, words);
  marked = words;
  const pieces = [];
  let at = 0;
  for (const [from, to, tone] of marks) {
    const mark = document.createElement("mark");
    mark.className = tone;
    mark.textContent = words.slice(from, to);
    pieces.push(words.slice(at, from), mark);
    at = to;
  }
  behind.replaceChildren(...pieces, words.slice(at) + "\n");
  behind.scrollTop = text.scrollTop;
}

function remark(text) {
  marks = JSON.parse(part("advice").dataset.marks);
  marked = text;
  paint();
}

// F4 says whom it sends to.
function label() {
  const chosen = desk().querySelector("input[name=unit]:checked");
  const unit = desk().elements.other?.value.trim() || chosen?.value;
  part("dispatch-to").textContent = unit ? `（${unit}）` : "";
  part("dispatch").setAttribute("aria-disabled", String(!unit));
  part("requester").classList.toggle("unused", part("anonymous").checked);
}

// Asking begins when typing stops; half a word in an input method is no word yet.
let settling, pausing;
function settle() {
  clearTimeout(settling);
  clearTimeout(pausing);
  settling = setTimeout(() => htmx.trigger(part("text"), "settled"), SETTLED);
  pausing = setTimeout(() => htmx.trigger(part("nearby"), "paused"), PAUSED);
}
const asks = (target) => target.id === "text" || target.id === "dialled";
document.addEventListener("input", (event) => {
  if (!desk()?.contains(event.target)) return;
  changed = true;
  if (event.target.id === "text") paint();
  if (asks(event.target) && !event.isComposing) settle();
  if (event.target.id === "other") label();
});
document.addEventListener("compositionend", (event) => { if (asks(event.target)) settle(); });
document.addEventListener("scroll", (event) => {
  if (event.target.id === "text") part("marks").scrollTop = event.target.scrollTop;
}, true);
document.addEventListener("change", (event) => {
  const { name, value, checked } = event.target;
  if (!desk()?.contains(event.target)) return;
  changed = true;
  if (name === "unit") pick(value);
  if (name === "kind" && value === "report" && checked) part("confidential").checked = true;
  if (name === "code") suggestSentence();
  label();
});

// Advice that was asked for before the choice knows nothing of it: it is asked for anew.
function pick(unit) {
  desk().elements.picked.value = unit;
  const text = part("text");
  if (text.classList.contains("htmx-request")) htmx.trigger(text, "settled");
}

// What is typed is kept every few seconds, and when the page is left.
let changed = false, keeping = null, failed = false;
const isBlank = () => WRITTEN.every((name) => !desk().elements[name].value.trim());

async function keep() {
  if (keeping) await keeping;
  if (!changed) return true;
  changed = false;
  keeping = send("/desk/draft", new FormData(desk())).then((html) => {
    failed = html === null;
    changed ||= failed;
    if (!failed) part("saved").outerHTML = html;
    else part("saved").textContent = said.unsaved;
  });
  await keeping;
  keeping = null;
  return !failed;
}

async function send(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "text/html" } });
    if (answer.status === 401) tell(words.out, "bad");
    return answer.ok ? await answer.text() : null;
  } catch { return null; }
}

setInterval(keep, SAVED);
document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
// Leaving breaks off whatever is being sent, so that is sent again.
window.addEventListener("pagehide", () => {
  if (!changed && !keeping) return;
  navigator.sendBeacon("/desk/draft", new FormData(desk()));
  sessionStorage.setItem("left", desk().dataset.draft);
});
window.addEventListener("beforeunload", (event) => { if (changed && failed) event.preventDefault(); });

// Another form in place of this one, once this one is safe; meanwhile nothing is written into it.
async function open(address) {
  const text = part("text");
  text.readOnly = true;
  if (await keep()) {
    await htmx.ajax("GET", address, { target: "#desk", swap: "outerHTML" });
    if (part("text") !== text) hush();
  } else tell(words.lost, "bad");
  text.readOnly = false;
}

document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-take], [data-fresh], [data-next], [data-keys], button[data-panel]");
  if (!element) return;
  if ("keys" in element.dataset) return showKeys();
  if (element.dataset.panel) return unfold(event, element);
  event.preventDefault();
  if ("next" in element.dataset) dismiss();
  else open(element.dataset.take || element.getAttribute("href"));
});

// The desk may be back before what was sent on leaving it is kept.
async function recover(draft) {
  const address = `/desk?draft=${encodeURIComponent(draft)}`;
  for (let looks = 0; looks < LOOKS && !changed; looks += 1) {
    const page = new DOMParser().parseFromString(await read(address), "text/html");
    if (page.getElementById("desk")?.dataset.draft === draft) return open(address);
    await new Promise((wake) => setTimeout(wake, SAVED / 3));
  }
}
const read = (address) => fetch(address).then((answer) => answer.text(), () => "");

// A call that came while the last number was read out has waited for this.
function dismiss() {
  part("result").remove();
  part("text").focus();
  const { call } = part("waiting").dataset;
  if (call && isBlank()) pop(call);
}
const pop = (id) => htmx.ajax("GET", `/desk/calls/${encodeURIComponent(id)}/line`, { target: "#call", swap: "outerHTML" });

// The key of an act opens what it needs besides; the same key again sends it.
function unfold(event, button) {
  const panel = part(button.dataset.panel);
  if (panel.classList.contains("open")) return;
  event.preventDefault();
  fold();
  panel.classList.add("open");
  prefill();
  panel.scrollIntoView({ block: "nearest" });
  panel.querySelector("textarea, select, input").focus();
}
function fold() {
  for (const panel of desk().querySelectorAll(".panel.open")) panel.classList.remove("open");
}
function prefill() {
  const advice = part("advice").dataset, { code, service } = desk().elements;
  code.value ||= advice.code ?? "";
  service.value ||= advice.service ?? "";
  suggestSentence();
}
function suggestSentence() {
  const { code, sentence } = desk().elements;
  const own = [...code.options].every((each) => (each.dataset.sentence ?? "") !== sentence.value.trim());
  if (!own) sentence.value = code.selectedOptions[0].dataset.sentence ?? "";
}

// Where a letter would be written, its key goes with Alt; Esc leaves a field and loses nothing.
const presses = (target) => target.matches("input[type=radio], input[type=checkbox]");
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") return escape(event);
  if (!event.altKey && !presses(event.target)) return;
  const key = event.altKey ? event.code.replace(/^(Key|Digit)/, "").toLowerCase() : event.key.toLowerCase();
  const element = keyed().find((each) => each.dataset.key === key);
  if (!element) return;
  event.preventDefault();
  const input = element.matches("label") ? element.control : null;
  if (!input) return typing(element) ? element.focus() : element.click();
  if (input.disabled) return;
  input.checked = input.type === "radio" || !input.checked;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// Its key leads into the menu of the seat, so that a shift begins and ends by keyboard too. Opened
// here and now: the browser tells of it a moment later, and a Tab pressed by then would go astray.
part("seat").querySelector("summary").addEventListener("click", (event) => {
  event.preventDefault();
  const menu = part("seat");
  menu.open = !menu.open;
  if (menu.open) [...menu.querySelectorAll("input, button")].find((each) => each.offsetParent)?.focus();
});

function escape(event) {
  if (event.target.closest("dialog[open]")) return;
  const menu = document.querySelector(".bar-middle details[open]");
  if (menu) { menu.open = false; part("text").focus(); }
  else if (part("result")) dismiss();
  else if (part("waiting").dataset.logged) hush();
  else if (desk().querySelector(".panel.open")) { fold(); part("text").focus(); }
  else event.target.blur();
}

// Answers: advice is laid beside the text, a refusal beside what it is about.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "text") sent = event.target.value;
  if (event.target.id !== "desk") return;
  // The number is being read out and nothing new was written: the key was pressed twice in haste.
  if (part("result") && isBlank()) event.preventDefault();
  else part("text").readOnly = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (part("text")) part("text").readOnly = false;
  if (event.target.id === "text" && event.detail.successful) remark(sent);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (!detail.xhr.getResponseHeader("HX-Retarget")) return;
  detail.shouldSwap = true;
  detail.isError = false;
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 400) tell(said.stale, "bad");
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "desk") begin();
  if (event.target.id === "problems") point();
  if (event.target.id === "call") settled();
  label();
});

// The call that waited is on the form now.
function settled() {
  settle();
  if (part("waiting").dataset.call === part("call").dataset.call) hush();
  if (document.activeElement === document.body) part("text").focus();
}
function hush() {
  part("waiting").className = "waiting";
  delete part("waiting").dataset.call;
  delete part("waiting").dataset.logged;
}

function point() {
  for (const wrong of desk().querySelectorAll(".wrong")) wrong.classList.remove("wrong");
  const names = part("problems").dataset.fields.split(" ").filter(Boolean);
  const fields = names.flatMap((name) => [...desk().querySelectorAll(`[name="${name}"]`)].slice(0, 1));
  for (const field of fields) {
    const panel = field.closest(".panel");
    if (panel) { fold(); panel.classList.add("open"); }
    (field.type === "radio" ? field.closest("fieldset") ?? field : field).classList.add("wrong");
  }
  fields[0]?.focus();
}

function begin() {
  changed = failed = false;
  remark(part("text").value);
  label();
  if (part("text").value.trim()) htmx.trigger(part("nearby"), "paused");
  (part("next") ?? part("text")).focus();
}

// Calls come by a stream; where there is none, the page asks.
let position = null, asking = null;

function queue(data) {
  part("queue").textContent = data.waiting;
  part("missed").textContent = data.missed;
  part("missed").classList.toggle("owed", data.missed > 0);
}

const heard = { call, seat, queue };

function hear(name, data, id) {
  if (id) position = Math.max(position ?? 0, Number(id));
  heard[name]?.(data);
}

function listen() {
  const stream = new EventSource("/live");
  for (const name of Object.keys(heard)) {
    stream.addEventListener(name, (event) => hear(name, JSON.parse(event.data), event.lastEventId));
  }
  stream.onopen = () => { clearInterval(asking); asking = null; part("link").hidden = true; };
  stream.onerror = () => {
    asking ??= setInterval(ask, POLLED);
    if (stream.readyState === EventSource.CLOSED) { stream.close(); setTimeout(listen, RETRIED); }
  };
}

async function ask() {
  part("link").hidden = false;
  try {
    const answer = await fetch(`/live/poll${position === null ? "" : `?after=${position}`}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401) tell(words.out, "bad");
    if (!answer.ok) return;
    const told = await answer.json();
    for (const each of told.messages) hear(each.event, each.data, each.id);
    position = told.cursor;
  } catch { /* the next time */ }
}

const comes = (data) => ["offered", "answered"].includes(data.event) && ["ringing", "talking"].includes(data.state);

function call(data) {
  const states = JSON.parse(said.states);
  if (part("call").dataset.call === data.call_id) return follow(data, states[data.state]);
  if (part("waiting").dataset.call === data.call_id) {
    // What is written down already need not be after its end; another one waits for its key.
    if (part("waiting").dataset.logged && !["ringing", "talking"].includes(data.state)) return hush();
    if (part("waiting-state")) part("waiting-state").textContent = states[data.state] ?? "";
    return;
  }
  if (!comes(data)) return;
  if (isBlank() && !part("result")) pop(data.call_id);
  else htmx.ajax("GET", `/desk/calls/${encodeURIComponent(data.call_id)}/waiting`, { target: "#waiting", swap: "outerHTML" });
}

function follow(data, state) {
  part("call-state").textContent = state ?? "";
  let timer = part("timer");
  if (data.state === "talking" && !timer) {
    timer = Object.assign(document.createElement("b"), { id: "timer" });
    timer.dataset.seconds = 0;
    part("call-state").after(" ", timer);
  }
  if (timer) timer.toggleAttribute("data-runs", data.state === "talking");
}

setInterval(() => {
  const timer = part("timer");
  if (!timer || !timer.hasAttribute("data-runs")) return;
  const seconds = Number(timer.dataset.seconds) + 1, two = (n) => String(n).padStart(2, "0");
  timer.dataset.seconds = seconds;
  timer.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}, 1000);

function seat(data) {
  part("seat").dataset.state = data.state ?? "";
  part("seat-words").textContent = JSON.parse(said.seats)[data.state] ?? said.none;
  part("seat-extension").textContent = data.extension ? ` · ${said.extension} ${data.extension}` : "";
}

async function change(event) {
  const element = event.target.closest("[data-live]");
  if (!element || (event.type === "click") === element.matches("form")) return;
  event.preventDefault();
  const body = element.matches("form") ? new FormData(element) : new FormData();
  if (element.dataset.state) body.set("state", element.dataset.state);
  try {
    const answer = await fetch(element.dataset.live, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) return tell(told.errors?.[0]?.remedy ?? told.title, "bad");
    seat(told);
    part("seat").open = false;
    part("text").focus();
  } catch { tell(words.lost, "bad"); }
}
document.addEventListener("submit", change);
document.addEventListener("click", change);

begin();
listen();
const left = sessionStorage.getItem("left");
sessionStorage.removeItem("left");
if (left && left !== desk().dataset.draft && !location.search) recover(left);
})();
