//! What a kernel says of its last failure: its code, the length of a text, the text.

use core::arch::wasm32;
use core::panic::PanicInfo;

use codec::kernel::Code;

/// Bytes before the text.
const HEAD_BYTES: usize = 8;

/// Writes a message; a text that does not fit is cut between two of its parts.
pub fn set(area: &mut [u8], code: Code, text: &[&str]) {
    let (head, mut rest) = area.split_at_mut(HEAD_BYTES);
    let mut len = 0;
    for part in text {
        let Some((place, after)) = rest.split_at_mut_checked(part.len()) else { break };
        place.copy_from_slice(part.as_bytes());
        rest = after;
        len += part.len();
    }
    head[..4].copy_from_slice(&(code as i32).to_le_bytes());
    head[4..].copy_from_slice(&(len as u32).to_le_bytes());
}

/// Tells where it happened and what is known of it without formatting, which would be most of the module; then traps.
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    let what = info.message().as_str().unwrap_or("panic");
    let mut digits = [0; 10];
    let (file, line) = info.location().map_or(("unknown", 0), |place| (place.file(), place.line()));
    set(crate::memory::take().message, Code::InternalError, &[what, " at ", file, ":", decimal(line, &mut digits)]);
    wasm32::unreachable()
}

fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &str {
    let mut start = digits.len();
    while number > 0 || start == digits.len() {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    core::str::from_utf8(&digits[start..]).unwrap_or_default()
}
