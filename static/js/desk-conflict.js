// Two texts of one article: whoever answers paragraph by paragraph wants the text put together from the answers.
for (const place of document.querySelectorAll(".difference-place")) {
  place.addEventListener("change", () => {
    const whole = place.closest(".difference").querySelector("input[value=paragraphs]");
    if (whole) whole.checked = true;
  });
}
