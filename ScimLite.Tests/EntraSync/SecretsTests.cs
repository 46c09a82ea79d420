using ScimLite.EntraSync;

namespace ScimLite.Tests.EntraSync;

/// <summary>Secrets are masked wherever a real one occurs, and no sentence loses a word.</summary>
public sealed class SecretsTests
{
    [Theory]
    [InlineData("wrong", "The Secret Token is missing, wrong or expired.", "The Secret Token is missing, wrong or expired.")]
    [InlineData("wrong", "Authorization: Bearer wrong", "Authorization: Bearer ***")]
    [InlineData("wrong", "client_secret=wrong&scope=x", "client_secret=***&scope=x")]
    [InlineData("wrong", "{\"token\":\"wrong\"}", "{\"token\":\"***\"}")]
    [InlineData("t", "the target is at http://t.example", "the target is at http://t.example")]
    [InlineData("t0k!n", "t0k!n is refused", "*** is refused")]
    [InlineData("12", "12 of 120 failed", "*** of 120 failed")]
    [InlineData("longer-secret", "prefixlonger-secretsuffix", "prefix***suffix")]
    [InlineData("incorrect", "incorrect is a token of nine letters", "*** is a token of nine letters")]
    [InlineData("p+s/w=rd99", "secret=p%2Bs%2Fw%3Drd99", "secret=***")]
    [InlineData("", "nothing to hide", "nothing to hide")]
    public void It_is_masked_as_a_value_of_its_own_and_left_alone_as_a_word(string secret, string text, string masked) =>
        Assert.Equal(masked, Secrets.Mask(text, secret, null));
}
