// Knowledge at the desk: an article's answer becomes the reply, which remembers the article.
"use strict";
(() => {
const part = (id) => document.getElementById(id);
const field = () => part("desk").elements.article;

// What another article had put there is replaced; what the agent wrote himself is kept.
let put = "";
function take({ article, answer, question }) {
  const text = part("answer"), own = text.value.replace(put, "").trim();
  text.value = own ? `${own}\n${answer}` : answer;
  put = answer;
  field().value = article;
  say(question);
  for (const panel of document.querySelectorAll(".panel.open")) panel.classList.remove("open");
  part("panel-answer").classList.add("open");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
  text.setSelectionRange(0, 0);
  part("panel-answer").scrollIntoView({ block: "nearest" });
}
function say(question) {
  part("answer-from").hidden = !question;
  part("answer-article").textContent = question;
}
function forget() {
  field().value = put = "";
  say("");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-article]");
  if (button) take(button.dataset);
  if (event.target.closest("[data-forget-article]")) forget();
});
// An answer that was wiped out came from nowhere.
document.addEventListener("input", (event) => {
  if (event.target.id === "answer" && !event.target.value.trim() && field().value) forget();
});
})();
