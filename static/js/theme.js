// Light or dark: what the reader chose, else the system's. Loaded before anything is painted, so that nothing flashes.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
let kept = {};
try {
  kept = localStorage;
} catch {} // storage is blocked: the choice lasts for this page

root.classList.add("js");
if (kept.text) root.dataset.text = kept.text;
if (kept.theme === "light" || kept.theme === "dark") root.dataset.theme = kept.theme;

/** What is typed into a search gets suggestions; the script for that comes when somebody begins. */
addEventListener("focusin", ({ target }) => {
  const { suggest } = target.form?.dataset ?? {};
  if (suggest && target.type === "search") import(suggest).then(({ start }) => start(target));
});

addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector(".theme-switch");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  function show() {
    button?.setAttribute("aria-pressed", isDark());
    if (!root.dataset.theme) return;
    const paper = getComputedStyle(root).getPropertyValue("--paper");
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = paper.trim();
  }

  button?.addEventListener("click", () => {
    root.dataset.theme = kept.theme = isDark() ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);
  show();
});
