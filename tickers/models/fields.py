"""Model fields for codes of currencies and for rates."""

from decimal import Context, Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

CODE = r"^[A-Z]{3}\Z"  # both Python's and PostgreSQL's regular expressions know \Z; $ would allow a line break
DECIMALS = 18
SMALLEST = Decimal(1).scaleb(-DECIMALS)
EXACT_DIGITS = 15  # significant digits that SQLite, too, stores exactly


def exact(value: Decimal) -> Decimal:
    """Return a computed value with as many digits as every database stores exactly."""
    return Context(prec=EXACT_DIGITS).plus(value).quantize(SMALLEST, context=Context(prec=80))


def validate_exact(value: Decimal) -> None:
    """Refuse a number with more digits than every database stores exactly."""
    if len(value.normalize().as_tuple().digits) > EXACT_DIGITS:
        message = _("Write at most %(count)s digits, not counting zeros at either end.")
        raise ValidationError(message, params={"count": EXACT_DIGITS})


class RateField(models.DecimalField):
    """Units of the quote currency for one unit of the base: more than zero, with up to eighteen decimals."""

    default_validators = [MinValueValidator(SMALLEST, _("A rate must be more than zero.")), validate_exact]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 36, "decimal_places": DECIMALS} | kwargs)


class CodeField(models.CharField):
    """The ISO 4217 code of a currency, like KGS."""

    default_validators = [RegexValidator(CODE, _("Write three capital letters, like KGS."))]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 3} | kwargs)
