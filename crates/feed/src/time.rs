//! Points in time, from text: ISO 8601 dates and times in UTC, or seconds since 1970.

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Instant(i64);

const MICROS: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;

impl Instant {
    /// Reads `2024-01-31`, `2024-01-31T12:00:00`, the same with a space, a fraction or a final `Z`, or a number of
    /// seconds with an optional fraction. Digits after the sixth of a fraction are dropped.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.as_bytes() {
            [_, _, _, _, b'-', ..] => Self::parse_iso(text),
            _ => Self::parse_seconds(text),
        }
    }

    /// The number of whole bins of `seconds` since 1970, rounded down.
    pub(crate) fn bin(self, seconds: u64) -> i64 {
        // Widened, because a bin may be longer than an `i64` of microseconds.
        i128::from(self.0).div_euclid(i128::from(seconds) * i128::from(MICROS)) as i64
    }

    fn parse_iso(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let days = days_from_civil(date)?;
        let seconds = if rest.is_empty() { (0, 0) } else { clock(rest)? };
        Some(Self((days * DAY_SECONDS + seconds.0) * MICROS + seconds.1))
    }

    fn parse_seconds(text: &str) -> Option<Self> {
        let (whole, micros) = match text.split_once('.') {
            Some((whole, fraction)) => (whole, fraction_micros(fraction)?),
            None => (text, 0),
        };
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let base = whole.parse::<i64>().ok()?.checked_mul(MICROS)?;
        Some(Self(if whole.starts_with('-') { base.checked_sub(micros)? } else { base.checked_add(micros)? }))
    }
}

/// `[T ]hh:mm[:ss[.fraction]][Z]` as seconds and microseconds of the day.
fn clock(text: &str) -> Option<(i64, i64)> {
    let text = text.strip_prefix(['T', ' '])?;
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (text, micros) = match text.split_once('.') {
        Some((text, fraction)) => (text, fraction_micros(fraction)?),
        None => (text, 0),
    };
    let mut parts = text.split(':');
    let hour = digits(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = match parts.next() {
        Some(second) => digits(second, 2).filter(|second| *second < 60)?,
        None => 0,
    };
    parts.next().is_none().then_some((hour * 3600 + minute * 60 + second, micros))
}

fn fraction_micros(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    Some(padded.fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
}

fn digits(text: &str, len: usize) -> Option<i64> {
    let good = text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}

/// Days since 1970-01-01 of `yyyy-mm-dd` in the proleptic Gregorian calendar. Years are counted from March, so that the
/// leap day is the last of its year and the months before it have a fixed pattern of lengths: 153 days in five months.
fn days_from_civil(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if parts.next().is_some() || !(1..=length).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_nonsense_is_refused() {
        let cases = [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-DAY_SECONDS * MICROS)),
            ("2000-02-29", Some(951_782_400 * MICROS)),
            ("2024-01-31T12:00:00Z", Some(1_706_702_400 * MICROS)),
            ("2024-01-31 12:00", Some(1_706_702_400 * MICROS)),
            ("2024-01-31 12:00:00.25", Some(1_706_702_400 * MICROS + 250_000)),
            ("1706702400", Some(1_706_702_400 * MICROS)),
            ("-1.5", Some(-1_500_000)),
            ("0.0000019", Some(1)),
            ("2023-02-29", None),
            ("1900-02-29", None),
            ("2024-13-01", None),
            ("2024-1-01", None),
            ("2024-01-01T24:00:00", None),
            ("2024-01-01T10", None),
            ("yesterday", None),
            ("", None),
            ("1e9", None),
            ("99999999999999999999", None),
            ("20é4-01-01", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Instant::parse(text), expected.map(Instant), "{text}");
        }
    }

    #[test]
    fn days_follow_each_other_for_four_centuries() {
        let mut expected = days_from_civil("1800-01-01").unwrap();
        let mut checked = 0;
        for year in 1800..2200 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(days) = days_from_civil(&format!("{year:04}-{month:02}-{day:02}")) {
                        assert_eq!(days, expected);
                        expected += 1;
                        checked += 1;
                    }
                }
            }
        }
        assert_eq!(checked, 400 * 365 + 97);
        println!("{checked} days");
    }
}
