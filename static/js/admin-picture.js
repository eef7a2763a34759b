// Shows the picture that was just chosen in an autocomplete.
const $ = window.django?.jQuery;

for (const shown of $ ? document.querySelectorAll("img[data-shows]") : []) {
  const field = $(document.getElementById(`id_${shown.dataset.shows}`));
  field.on("select2:select", ({ params }) => {
    shown.hidden = !params.data.picture;
    shown.alt = params.data.text;
    if (params.data.picture) shown.src = params.data.picture;
  });
  field.on("select2:clear", () => {
    shown.hidden = true;
  });
}
