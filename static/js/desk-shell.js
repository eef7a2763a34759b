// The menus of the row above every screen: they close when somebody goes on elsewhere, or by Escape. Without this they
// are opened and closed by their own words.
const menus = [...document.querySelectorAll(".desk-menu, .list-filter")];

function close(except) {
  for (const menu of menus) if (menu.open && menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => close(event.target.closest(".desk-menu, .list-filter")));
document.addEventListener("focusin", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && !event.defaultPrevented && menus.find((menu) => menu.open);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.preventDefault();
});
