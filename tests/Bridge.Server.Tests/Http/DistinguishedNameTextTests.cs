using System.Security.Cryptography.X509Certificates;
using Bridge.Server.Http;

namespace Bridge.Server.Tests.Http;

public sealed class DistinguishedNameTextTests
{
    [Theory]
    [InlineData("CN=a", "CN=a")]
    [InlineData("C=DE, O=Works, CN=a", "CN=a,O=Works,C=DE")]
    [InlineData("CN=\" a;b \"", "CN=\\ a\\;b\\ ")]
    [InlineData("CN=\"#a\"", "CN=\\#a")]
    [InlineData("CN=\"a+b<c>\"", "CN=a\\+b\\<c\\>")]
    [InlineData("DC=org, DC=example", "DC=example,DC=org")]
    [InlineData("SERIALNUMBER=7", "2.5.4.5=#130137")]
    [Covers("TLS-06")]
    public void A_name_is_written_as_RFC_4514_says(string name, string expected) =>
        Assert.Equal(expected, DistinguishedNameText.Of(new X500DistinguishedName(name, X500DistinguishedNameFlags.None)));

    [Fact]
    [Covers("TLS-06")]
    public void Attributes_of_one_part_are_joined_by_a_plus_sign()
    {
        // SEQUENCE { SET { SEQUENCE { CN, UTF8 "a" }, SEQUENCE { UID, UTF8 "b" } } }
        byte[] encoded = Convert.FromHexString("301d311b" + "30080603550403" + "0c0161" + "300f060a0992268993f22c640101" + "0c0162");
        Assert.Equal("CN=a+UID=b", DistinguishedNameText.Of(new X500DistinguishedName(encoded)));
    }
}
