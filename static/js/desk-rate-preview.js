// The rate bar beside a pair's form, as it will look with what is typed: the server draws it, nothing is saved.
const PAUSE = 400; // milliseconds without a key
const place = document.querySelector("[data-preview]");
let timer;
let asked = 0;

if (place) {
  const form = place.closest("form");
  const bar = place.querySelector("[data-bar]");
  const root = bar.attachShadow({ mode: "open" }); // the public page's styles stay in it

  async function draw() {
    const mine = ++asked;
    let page;
    try {
      const response = await fetch(place.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
      });
      if (!response.ok || response.redirected) return;
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return; // the server is away: the bar stays as it was drawn last
    }
    if (mine !== asked) return;
    const styles = page.querySelectorAll("link[href*='rate-bar']"); // colours and type come from the desk
    const shown = page.querySelectorAll(".rate-bar, main > p");
    for (const link of page.querySelectorAll(".rate-bar a")) link.removeAttribute("href"); // a look, not a way out
    root.replaceChildren(...styles, ...shown);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  });
  draw();
}
