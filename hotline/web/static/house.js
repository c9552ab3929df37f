// What every staff page does: keys, the token for requests of its own, and never sending twice.
"use strict";

const token = document.querySelector('meta[name="csrf-token"]').content;
// A choice among few takes no letters, so keys go on working while it has the focus.
const typing = (target) => target.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const answersEnter = (target) => target.matches("a, button, summary, input, textarea, select");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token;
});

// A refusal of a request that the page made by itself is shown, and nothing typed is touched.
function tell(sentence, tone) {
  const line = document.createElement("p");
  line.className = `message ${tone}`;
  line.textContent = sentence;
  document.getElementById("messages").replaceChildren(line);
}
const words = document.documentElement.lang === "en"
  ? { lost: "No connection. What you typed is still here; try again.", out: "You were signed out. Sign in again in another window, then go on here." }
  : { lost: "连接不上，您填写的内容都还在，请稍后再试。", out: "登录已超时。请在新窗口重新登录，再回到这里继续，填写的内容都还在。" };
document.addEventListener("htmx:sendError", () => tell(words.lost, "bad"));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) tell(words.out, "bad");
  else tell(words.lost, "bad");
});

// One press, one request; the browser's own check of the fields comes first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Keys: an element with data-key is pressed (or focused) by that key; `?` shows the map.
const keyed = () => [...document.querySelectorAll("[data-key]")].filter((e) => e.offsetParent !== null);
const nameOf = (event) => (event.ctrlKey ? "Ctrl+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);

function press(element, event) {
  event.preventDefault();
  if (!typing(element) && !("focus" in element.dataset)) return element.click();
  element.focus();
  // What is searched for is typed anew; what was written goes on.
  if (element.matches("input:not([type=radio])")) element.select();
}

// What a key does, without the sign of the key that stands within the words.
function meaning(element) {
  const copy = element.cloneNode(true);
  for (const sign of copy.querySelectorAll("kbd")) sign.remove();
  return element.dataset.keyName || element.getAttribute("aria-label") || element.labels?.[0]?.textContent.trim() || copy.textContent.trim();
}

function showKeys() {
  const dialog = document.getElementById("keys");
  const list = document.createElement("dl");
  list.className = "facts";
  for (const element of keyed()) {
    const key = document.createElement("dt");
    key.append(Object.assign(document.createElement("kbd"), { textContent: element.dataset.key }));
    const what = document.createElement("dd");
    what.textContent = meaning(element);
    list.append(key, what);
  }
  dialog.replaceChildren(list);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const name = nameOf(event);
  const plain = name.length === 1;
  if (event.isComposing || event.altKey || event.metaKey || (plain && typing(event.target))) return;
  if (name === "Enter" && answersEnter(event.target)) return;
  if (event.target.closest("dialog[open]")) return;
  if (name === "?") return showKeys();
  const element = keyed().find((each) => each.dataset.key === name);
  if (element) press(element, event);
});
