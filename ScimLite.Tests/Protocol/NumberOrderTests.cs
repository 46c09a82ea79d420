using System.Numerics;
using CsCheck;
using ScimLite.Protocol;

namespace ScimLite.Tests.Protocol;

/// <summary>RFC 7643 §2.3.3 and §2.3.4 set no bounds to numbers, so none may be taken for its neighbour.</summary>
public sealed class NumberOrderTests
{
    // Digits in front of the point, behind it, and an exponent; the value times ten to the sixtieth is whole.
    static readonly Gen<(string Text, BigInteger Value)> Number = Gen.Select(Gen.Bool, Gen.Long[0, 1_000_000_000_000_000_000], Gen.Char["01239"].Array[0, 12], Gen.Int[-20, 20],
        (negative, whole, fraction, exponent) =>
        {
            var digits = new string(fraction);
            var value = BigInteger.Parse($"{whole}{digits}") * BigInteger.Pow(10, 60 + exponent - digits.Length);
            return ($"{(negative ? "-" : "")}{whole}{(digits.Length > 0 ? "." : "")}{digits}e{exponent}", negative ? -value : value);
        });

    // Two that are equal, or next to each other in the last digit, are rare among any two.
    static readonly Gen<((string Text, BigInteger Value) Left, (string Text, BigInteger Value) Right)> Pair = Gen.Select(Number, Number, Gen.Int[0, 3], (left, right, kind) => kind switch
    {
        0 => (left, (left.Text.Replace("e", left.Text.Contains('.') ? "00e" : ".0e", StringComparison.Ordinal), left.Value)),
        1 => (left, ($"-{left.Text}".Replace("--", "", StringComparison.Ordinal), -left.Value)),
        2 => (left, (left.Text.Replace("e", left.Text.Contains('.') ? "1e" : ".000000000000001e", StringComparison.Ordinal), left.Value + (Step(left.Text) * (left.Text[0] == '-' ? -1 : 1)))),
        _ => (left, right),
    });

    static BigInteger Step(string text)
    {
        var point = text.IndexOf('.');
        return BigInteger.Pow(10, 60 + int.Parse(text[(text.IndexOf('e') + 1)..]) - (point < 0 ? 15 : text.IndexOf('e') - point));
    }

    [Fact]
    public void The_text_of_two_numbers_sorts_as_they_do_to_the_last_digit() => Pair.Sample(
        pair => Assert.Equal(Math.Sign(pair.Left.Value.CompareTo(pair.Right.Value)), Math.Sign(string.CompareOrdinal(NumberOrder.Encode(pair.Left.Text), NumberOrder.Encode(pair.Right.Text)))), iter: 20_000);

    [Theory]
    [InlineData("5", "5.0", "50e-1", "0.5E+1", "5e0")]
    [InlineData("0", "-0", "0.0", "-0.0e7", "0e99999999999999999999")]
    [InlineData("1e-99999999999999999999", "0", "0", "0", "0")]
    public void Numbers_that_are_equal_have_one_text(params string[] numbers) => Assert.Single(numbers.Select(NumberOrder.Encode).Distinct());
}
