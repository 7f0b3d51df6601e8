//! Head pins as text: one spelling each.

use codec::sha256;
use receipt::InstanceId;
use verify::Pin;

#[test]
fn a_pin_has_one_spelling_and_every_other_text_is_refused() {
    let pin = Pin {
        instance: InstanceId(*b"instance-0000001"),
        epoch: 1_204,
        tip: sha256(b"a body"),
        size: 1_200,
        root: sha256(b"a root"),
    };
    let text = pin.to_string();
    assert_eq!(Pin::parse(&text), Ok(pin));
    let (mut refused, mut others) = (0, 0);
    for bit in 0..8 * text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(flipped) = String::from_utf8(bytes) else { continue };
        match Pin::parse(&flipped) {
            Err(_) => refused += 1,
            // A pin is not signed: another digit is another pin, in its own one spelling.
            Ok(other) => {
                assert!(other != pin && other.to_string() == flipped);
                others += 1;
            }
        }
    }
    for bad in ["", "\n", &text[1..], &text[..text.len() - 1], &(text.clone() + "\n"), &text.replace("1204", "01204")] {
        assert!(Pin::parse(bad).is_err(), "{bad:?}");
    }
    assert!(Pin::parse(&text.to_uppercase()).is_err());
    assert!(Pin::parse(&"x".repeat(600)).is_err());
    println!("{refused} flips refused, {others} are another pin");
}
