// Dragging a placement or an article onto a slot, with mouse, pen or finger. Escape lets go of it.
const EDGE = 70; // pixels from the window's edge where it begins to scroll

export function startDrag(start, grip, drop) {
  if (start.button) return;
  const what = grip.closest("[data-article]") ?? grip.closest("li");
  const words = (what.querySelector(".headline") ?? what).textContent.trim();
  let ghost;
  let slot;
  grip.setPointerCapture(start.pointerId);

  function move(event) {
    if (!ghost) {
      if (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < 5) return;
      ghost = document.createElement("div");
      ghost.className = "ghost";
      ghost.textContent = words;
      document.body.append(ghost);
      what.classList.add("dragged");
    }
    ghost.style.left = `${event.clientX + 12}px`;
    ghost.style.top = `${event.clientY + 12}px`;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-slot]");
    if (under !== slot) {
      slot?.classList.remove("target");
      under?.classList.add("target");
      slot = under;
    }
    if (event.clientY < EDGE) scrollBy(0, -16);
    else if (event.clientY > innerHeight - EDGE) scrollBy(0, 16);
  }

  function end(event) {
    for (const [name, act] of listeners) grip.removeEventListener(name, act);
    document.removeEventListener("keydown", giveUp, true);
    ghost?.remove();
    what.classList.remove("dragged");
    slot?.classList.remove("target");
    if (ghost && slot && event.type === "pointerup") drop(grip, slot.dataset.slot);
  }

  function giveUp(event) {
    if (event.key === "Escape") end(event);
  }

  const listeners = [
    ["pointermove", move],
    ["pointerup", end],
    ["pointercancel", end],
  ];
  for (const [name, act] of listeners) grip.addEventListener(name, act);
  document.addEventListener("keydown", giveUp, true);
}
