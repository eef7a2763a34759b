// Buttons that copy an address. Without script the field beside them is selected and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      button.parentElement.querySelector("input")?.select();
      return;
    }
    button.textContent = button.dataset.copied;
    const heard = document.querySelector("[data-copy-says]");
    if (heard) heard.textContent = button.dataset.copied;
  });
}
