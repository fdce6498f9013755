/// The version of the package.
package let repriseVersion = "0.1.0"
