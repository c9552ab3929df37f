// The ticket: its letter while it is typed, suggestions by one press, and no draft is ever lost.
"use strict";

const drafts = new Map();
const draftOf = (area) => `${area.form.getAttribute("action")} ${area.name}`;
const drawn = (root) => [...root.querySelectorAll(".step textarea:not([readonly])")];

function showInLetter(area) {
  const typed = document.querySelector(`[data-letter-of="${area.id}"] .typed`);
  if (typed) typed.textContent = area.value.trim() || typed.dataset.blank;
}

document.addEventListener("input", (event) => {
  if (!event.target.matches(".step textarea")) return;
  drafts.set(draftOf(event.target), event.target.value);
  showInLetter(event.target);
});

// What was typed comes back when the ticket is opened again beside the list.
document.addEventListener("htmx:afterSwap", (event) => {
  for (const area of drawn(event.target)) {
    if (!drafts.has(draftOf(area))) continue;
    area.value = drafts.get(draftOf(area));
    area.closest("details.step").open = true;
    showInLetter(area);
  }
});

document.addEventListener("submit", (event) => {
  for (const area of drawn(event.target.parentElement)) drafts.delete(draftOf(area));
});

window.addEventListener("beforeunload", (event) => {
  if ([...drafts.values()].some((text) => text.trim())) event.preventDefault();
});

// What is being written is what is sent, whichever step that is.
document.addEventListener("keydown", (event) => {
  const form = event.key === "Enter" && event.ctrlKey && event.target.closest(".step form");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  form.requestSubmit(form.querySelector("button:not([type=button])"));
}, true);

// A list leads to the step that it is about, opened and ready to be filled in.
const wanted = location.hash && document.querySelector(`[data-step="${CSS.escape(location.hash.slice(1))}"]`);
if (wanted) {
  wanted.open = true;
  wanted.querySelector("textarea, select, input:not([type=hidden])")?.focus();
}

// A step that is opened takes the next letters.
document.addEventListener("click", (event) => {
  const step = event.target.closest(".step > summary")?.parentElement;
  if (step && !step.open) setTimeout(() => step.querySelector("textarea, select, input:not([type=hidden])")?.focus());
});

document.addEventListener("click", (event) => {
  const fill = event.target.closest("[data-fill]");
  if (!fill) return;
  const field = document.getElementById(fill.dataset.fill);
  field.value = fill.value;
  field.focus();
});

// Where the matter goes brings the sentence along, unless somebody wrote a better one.
document.addEventListener("change", (event) => {
  const chosen = event.target.selectedOptions?.[0]?.dataset.sentence;
  const area = event.target.form?.elements.sentence;
  if (!chosen || !area) return;
  const ours = [...event.target.options].map((option) => option.dataset.sentence);
  if (!area.value.trim() || ours.includes(area.value)) area.value = chosen;
});
