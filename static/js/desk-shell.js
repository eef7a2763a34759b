// The menus of the row above every screen: they close when somebody goes on elsewhere, or by Escape. Without this they
// are opened and closed by their own words. What lies below an open one can't be pressed before it is closed: parts of
// buttons that stick out are too small to be hit.
const menus = [...document.querySelectorAll(".desk-menu, .list-filter")];

function cover() {
  const isOpen = menus.some((menu) => menu.open && menu.matches(".desk-menu"));
  for (const part of document.querySelectorAll("#content :is(form, ul, ol, table, nav)")) part.inert = isOpen;
}
for (const menu of menus) menu.addEventListener("toggle", cover);

function close(except) {
  for (const menu of menus) if (menu.open && menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => close(event.target.closest(".desk-menu, .list-filter")));
document.addEventListener("focusin", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const last = event.target.closest?.(".desk-menu[open]")?.querySelectorAll("summary, a, button");
  if (event.key !== "Tab" || event.shiftKey || !last || event.target !== [...last].findLast((one) => one.checkVisibility())) return;
  close();
  cover(); // now: the key is going to look for what comes next
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && !event.defaultPrevented && menus.find((menu) => menu.open);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.preventDefault();
});
